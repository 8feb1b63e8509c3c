import type { CheckItem } from '@sealift/core/check';
import { belongsTo } from '@sealift/kubernetes/helm-inspect';
import { listHostPortPods, type PodOwner } from '@sealift/kubernetes/host-ports';
import type { KubeObject } from '@sealift/kubernetes/object';
import { acceptable, block, type Finding, pass, warn, withItems } from '@sealift/upgrade/preflight/check';
import type { LayerTools } from '../../cluster/layers/layer-tools.ts';
import { isSame, type PortConflict, portConflicts, portDemands } from './port-conflicts.ts';

/** That a layer brings, of `apps/v1`. */
const workloadKinds = ['DaemonSet', 'Deployment', 'ReplicaSet', 'StatefulSet'];

type Tools = Pick<LayerTools, 'objects' | 'records' | 'cancel'>;

/** Whether nodes have the ports that pods of the upgrade will ask of them. @param rendered all that it applies */
export async function hostPorts(rendered: readonly KubeObject[], tools: Tools): Promise<Finding> {
  const { objects, cancel } = tools;
  if (portDemands(rendered).length === 0) return pass('No pod asks for one');
  const [pods, nodes] = await Promise.all([
    listHostPortPods(objects.client, { cancel }),
    objects.list({ apiVersion: 'v1', kind: 'Node' }, cancel),
  ]);
  const conflicts = portConflicts(rendered, pods, nodes);
  const leaving = await ofLayers(conflicts, tools);
  return findingOf(conflicts, leaving);
}

/** Conflicts with what a layer has brought: what the upgrade does not render any more goes with it. */
async function ofLayers(
  conflicts: readonly PortConflict[],
  { objects, records, cancel }: Tools,
): Promise<ReadonlySet<PortConflict>> {
  const found = new Set<PortConflict>();
  const others = conflicts.filter(({ isOwn, holder }) => !isOwn && workloadKinds.includes(holder.kind));
  if (others.length === 0) return found;
  const all = (await records.all(cancel)).map(({ record }) => record);
  for (const conflict of others) {
    const { holder } = conflict;
    const isMember = all.some(({ members }) =>
      members.some(({ kind, namespace = '', name }) => isSame({ kind, namespace, name }, holder)),
    );
    const object = isMember ? undefined : await objects.get({ apiVersion: 'apps/v1', ...holder }, cancel);
    const isReleased =
      object !== undefined && all.some(({ releases }) => releases.some((place) => belongsTo(object, place)));
    if (isMember || isReleased) found.add(conflict);
  }
  return found;
}

function findingOf(conflicts: readonly PortConflict[], leaving: ReadonlySet<PortConflict>): Finding {
  const open = conflicts.filter((one) => !leaving.has(one));
  const items = [...open, ...leaving].map((one): CheckItem => {
    const goes = leaving.has(one) ? ', and goes with the upgrade' : '';
    return {
      place: shown(one.wanted),
      text: `asks for port ${portText(one)} of its node; on ${one.node} it is ${shown(one.holder)} that has it${goes}`,
      remedy: 'Give one of both another port in its values, or keep them on different nodes.',
    };
  });
  const [first] = items;
  if (first === undefined) return pass('Nobody else has a port that pods of the upgrade ask for');
  const more = items.length > 1 ? `; and ${items.length - 1} more` : '';
  const [detail, remedy] = [`${first.place} ${first.text}${more}`, first.remedy ?? ''];
  if (open.length === 0) return withItems(warn(detail, remedy), items);
  return acceptable(
    withItems(block(detail, remedy), items),
    'Pods that find no node with the port free stay pending, and the upgrade waits for them.',
    open.map((one) => `${shown(one.wanted)} ${portText(one)}`),
  );
}

function portText({ port: { port, protocol } }: PortConflict): string {
  return `${port}/${protocol}`;
}

function shown({ kind, namespace, name }: PodOwner): string {
  return `${kind} ${namespace === '' ? '' : `${namespace}/`}${name}`;
}
