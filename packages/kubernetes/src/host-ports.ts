import { z } from 'zod';
import { type KubernetesClient, objectPath } from './connection/client.ts';
import { type ListOptions, listPages } from './connection/list-pages.ts';
import type { KubeObject } from './objects/object.ts';

/** A port of the node itself that a pod asks for: no two pods on one node get the same (kube-scheduler, plugin NodePorts). */
export interface HostPort {
  /** `TCP`, `UDP`, `SCTP` */
  readonly protocol: string;
  /** Of the node; `0.0.0.0` for all of its addresses. */
  readonly ip: string;
  readonly port: number;
}

/** What runs pods: `DaemonSet monitoring/exporter`. A pod that nobody controls is its own. */
export interface PodOwner {
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
}

/** A pod that has ports of its node. */
export interface HostPortPod {
  readonly node: string;
  readonly owner: PodOwner;
  readonly ports: readonly HostPort[];
}

const allAddresses = '0.0.0.0';
const number = z.number().int().min(1).max(65_535);
const specSchema = z.object({
  hostNetwork: z.boolean().nullish(),
  containers: z.array(
    z.object({
      ports: z
        .array(
          z.object({
            containerPort: number,
            hostPort: z.number().int().nullish(),
            hostIP: z.string().nullish(),
            protocol: z.string().nullish(),
          }),
        )
        .nullish(),
    }),
  ),
});
const podSchema = z.object({
  metadata: z.object({
    namespace: z.string(),
    name: z.string(),
    labels: z.record(z.string(), z.string()).nullish(),
    ownerReferences: z
      .array(z.object({ kind: z.string(), name: z.string(), controller: z.boolean().nullish() }))
      .nullish(),
  }),
  spec: specSchema.extend({ nodeName: z.string().nullish() }),
  status: z.object({ phase: z.string().nullish() }).nullish(),
});

/** The ports of its node that a pod of this `spec` asks for; none where it is of no usual form. With the host's network each port of a container is one. */
export function hostPortsOf(spec: unknown): readonly HostPort[] {
  const { data } = specSchema.safeParse(spec);
  return (data?.containers ?? []).flatMap(({ ports }) =>
    (ports ?? []).flatMap(({ containerPort, hostPort, hostIP, protocol }) => {
      const port = (hostPort ?? 0) > 0 ? hostPort : data?.hostNetwork === true ? containerPort : undefined;
      if (port === undefined || port === null) return [];
      return [{ protocol: protocol ?? 'TCP', ip: (hostIP ?? '') === '' ? allAddresses : (hostIP ?? ''), port }];
    }),
  );
}

/** Whether no node can give both. */
export function excludes(a: HostPort, b: HostPort): boolean {
  const sameAddress = a.ip === b.ip || a.ip === allAddresses || b.ip === allAddresses;
  return a.protocol === b.protocol && a.port === b.port && sameAddress;
}

/** The pods on nodes that have ports of them. One that has ended has none. @throws as `listPages` */
export async function listHostPortPods(
  client: KubernetesClient,
  options: Pick<ListOptions, 'cancel'> = {},
): Promise<readonly HostPortPod[]> {
  // Of a pod that has no such port nothing is kept.
  const item = podSchema.transform((pod) => {
    const ports = hostPortsOf(pod.spec);
    const node = pod.spec.nodeName ?? '';
    const isOver = pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed';
    return ports.length === 0 || node === '' || isOver ? undefined : { node, owner: ownerOf(pod), ports };
  });
  const found = await listPages(client, objectPath('/api/v1', 'pods'), item, options);
  return found.flatMap((pod) => pod ?? []);
}

/** Behind a ReplicaSet the Deployment, which puts the hash of its pods' template behind its own name. */
function ownerOf({ metadata: { namespace, name, labels, ownerReferences } }: z.infer<typeof podSchema>): PodOwner {
  const controller = (ownerReferences ?? []).find((one) => one.controller === true);
  // A static pod is controlled by its node.
  if (controller === undefined || controller.kind === 'Node') return { kind: 'Pod', namespace, name };
  const end = `-${labels?.['pod-template-hash'] ?? ''}`;
  if (controller.kind === 'ReplicaSet' && end.length > 1 && controller.name.endsWith(end)) {
    return { kind: 'Deployment', namespace, name: controller.name.slice(0, -end.length) };
  }
  return { kind: controller.kind, namespace, name: controller.name };
}

const labels = z.record(z.string(), z.string()).nullish();
const toleration = z.object({
  key: z.string().nullish(),
  operator: z.string().nullish(),
  value: z.string().nullish(),
  effect: z.string().nullish(),
});
const placedSchema = z.object({
  nodeSelector: labels,
  nodeName: z.string().nullish(),
  affinity: z.object({ nodeAffinity: z.unknown().optional() }).nullish(),
  tolerations: z.array(toleration).nullish(),
});
const nodeSchema = z.object({
  metadata: z.object({ name: z.string(), labels }),
  spec: z
    .object({
      taints: z.array(z.object({ key: z.string(), value: z.string().nullish(), effect: z.string() })).nullish(),
    })
    .nullish(),
});

/**
 * The names of the nodes to which a pod of this `spec` may come, by its node selector and what it tolerates (Kubernetes, "Assigning Pods to Nodes",
 * "Taints and Tolerations"); undefined where it is told by an affinity to nodes, which is not read here.
 *
 * @param isDaemon those tolerate by themselves what is wrong with a node
 */
export function nodesFor(
  spec: unknown,
  nodes: readonly KubeObject[],
  { isDaemon }: { readonly isDaemon: boolean },
): readonly string[] | undefined {
  const { data } = placedSchema.safeParse(spec);
  if (data === undefined || (data.affinity?.nodeAffinity ?? null) !== null) return undefined;
  const { nodeSelector, nodeName, tolerations } = data;
  return nodes.flatMap((object) => {
    const node = nodeSchema.safeParse(object).data;
    if (node === undefined) return [];
    const { name, labels: own } = node.metadata;
    const isSelected = Object.entries(nodeSelector ?? {}).every(([key, value]) => own?.[key] === value);
    const isNamed = (nodeName ?? '') === '' || nodeName === name;
    const hard = (node.spec?.taints ?? []).filter(({ effect }) => effect !== 'PreferNoSchedule');
    const isTolerated = hard.every(
      (taint) =>
        (isDaemon && taint.key.startsWith('node.kubernetes.io/')) ||
        (tolerations ?? []).some((one) => tolerates(one, taint)),
    );
    return isSelected && isNamed && isTolerated ? [name] : [];
  });
}

function tolerates(
  { key, operator, value, effect }: z.infer<typeof toleration>,
  taint: { readonly key: string; readonly value?: string | null | undefined; readonly effect: string },
): boolean {
  if ((effect ?? '') !== '' && effect !== taint.effect) return false;
  if ((key ?? '') === '') return operator === 'Exists';
  return key === taint.key && (operator === 'Exists' || (value ?? '') === (taint.value ?? ''));
}
