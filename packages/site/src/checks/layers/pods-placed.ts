import type { CheckItem } from '@sealift/core/check';
import { nodesFor } from '@sealift/kubernetes/host-ports';
import { type KubeObject, nameOf, referenceOf } from '@sealift/kubernetes/object';
import { acceptable, block, type Finding, pass, warn, withItems } from '@sealift/upgrade/preflight/check';
import { z } from 'zod';

const schema = z.object({
  spec: z.object({
    replicas: z.number().int().nullish(),
    template: z.object({
      spec: z.looseObject({ nodeSelector: z.record(z.string(), z.string()).nullish() }),
    }),
  }),
});

/**
 * Whether there is a node for the pods of each workload that the upgrade brings, by their node selectors and what they tolerate. Affinities to nodes
 * and room on them are not judged; a DaemonSet may be for nodes that come later.
 */
export function podsPlaced(rendered: readonly KubeObject[], nodes: readonly KubeObject[]): Finding {
  const wanted = rendered.flatMap((object) => {
    if (object.kind !== 'Deployment' && object.kind !== 'StatefulSet') return [];
    const { data } = schema.safeParse(object);
    if (data === undefined || data.spec.replicas === 0) return [];
    return [{ place: nameOf(referenceOf(object)), pod: data.spec.template.spec }];
  });
  if (wanted.length === 0) return pass('No workload asks for nodes');
  if (nodes.length === 0) return warn('There are no nodes to look at', 'See the check of the nodes.');
  const items = wanted.flatMap(({ place, pod }): readonly CheckItem[] => {
    if (nodesFor(pod, nodes, { isDaemon: false })?.length !== 0) return [];
    const selector = Object.entries(pod.nodeSelector ?? {}).map(([key, value]) => `${key}=${value}`);
    const asks =
      selector.length === 0
        ? 'tolerates the taints of none'
        : `asks for a node with ${selector.join(', ')} whose taints it tolerates`;
    return [
      {
        place,
        text: `has no node to come to: it ${asks} of ${nodes.length}`,
        remedy: 'Label a node so, or change the node selector or the tolerations in the values of the layer.',
      },
    ];
  });
  const [first] = items;
  if (first === undefined) return pass(`${wanted.length} workloads, each with a node that it may come to`);
  const more = items.length === 1 ? '' : ` (and ${items.length - 1} more)`;
  return acceptable(
    withItems(block(`${first.place} ${first.text}${more}`, first.remedy ?? ''), items),
    'Its pods stay pending, and the upgrade waits at their layer, until there is such a node.',
    items.map(({ place }) => place),
  );
}
