import {
  excludes,
  type HostPort,
  type HostPortPod,
  hostPortsOf,
  nodesFor,
  type PodOwner,
} from '@sealift/kubernetes/host-ports';
import type { KubeObject } from '@sealift/kubernetes/object';
import { z } from 'zod';

/** Pods of the upgrade that ask for ports of their nodes. */
interface Demand {
  readonly owner: PodOwner;
  readonly ports: readonly HostPort[];
  readonly spec: unknown;
  /** Undefined for one on each node that it may come to. */
  readonly replicas: number | undefined;
}

/** A port that pods ask for, and who has it. */
export interface PortConflict {
  readonly wanted: PodOwner;
  readonly port: HostPort;
  readonly holder: PodOwner;
  /** One of them. */
  readonly node: string;
  /** Whether the holder is of the same upgrade. */
  readonly isOwn: boolean;
}

const workloadSchema = z.object({
  spec: z.object({ replicas: z.number().int().nullish(), template: z.object({ spec: z.unknown() }) }),
});

/** What objects of an upgrade ask of the nodes' ports. */
export function portDemands(rendered: readonly KubeObject[]): readonly Demand[] {
  return rendered.flatMap((object) => {
    const { kind, metadata } = object;
    const owner = { kind, namespace: metadata.namespace ?? '', name: metadata.name };
    const { data } = workloadSchema.safeParse(object);
    if (data === undefined || !['DaemonSet', 'Deployment', 'StatefulSet'].includes(kind)) return [];
    const { replicas, template } = data.spec;
    const ports = hostPortsOf(template.spec);
    if (ports.length === 0) return [];
    return [{ owner, ports, spec: template.spec, replicas: kind === 'DaemonSet' ? undefined : (replicas ?? 1) }];
  });
}

/**
 * Which ports somebody else has on so many nodes that pods of the upgrade would not be placed: of a DaemonSet on any node, of other workloads on all
 * but fewer nodes than they have replicas. Pods that an affinity leads to nodes are not judged.
 *
 * @param rendered all objects of the upgrade: pods of theirs have the ports that they ask for then
 */
export function portConflicts(
  rendered: readonly KubeObject[],
  pods: readonly HostPortPod[],
  nodes: readonly KubeObject[],
): readonly PortConflict[] {
  const demands = portDemands(rendered);
  const isRendered = (owner: PodOwner): boolean =>
    rendered.some(({ kind, metadata }) =>
      isSame(owner, { kind, namespace: metadata.namespace ?? '', name: metadata.name }),
    );
  const others = pods.filter(({ owner }) => !isRendered(owner)).map((pod) => ({ ...pod, isOwn: false }));
  const daemons = demands.filter(({ replicas }) => replicas === undefined);
  const daemonPods = daemons.flatMap(({ owner, ports, spec }) =>
    (nodesFor(spec, nodes, { isDaemon: true }) ?? []).map((node) => ({ node, owner, ports, isOwn: true })),
  );
  const found: PortConflict[] = [];
  for (const { owner: wanted, ports, spec, replicas } of demands) {
    const candidates = nodesFor(spec, nodes, { isDaemon: replicas === undefined });
    for (const port of candidates === undefined ? [] : ports) {
      const taken = [...others, ...daemonPods].filter(
        (pod) =>
          candidates?.includes(pod.node) === true &&
          !isSame(pod.owner, wanted) &&
          pod.ports.some((one) => excludes(one, port)),
      );
      const [first] = taken;
      const free = (candidates?.length ?? 0) - new Set(taken.map(({ node }) => node)).size;
      if (first === undefined || (replicas !== undefined && free >= replicas)) continue;
      const { owner: holder, node, isOwn } = first;
      found.push({ wanted, port, holder, node, isOwn });
    }
  }
  return found;
}

/** An object that names no namespace is in the one of its release. */
export function isSame(a: PodOwner, b: PodOwner): boolean {
  const sameNamespace = a.namespace === b.namespace || a.namespace === '' || b.namespace === '';
  return a.kind === b.kind && a.name === b.name && sameNamespace;
}
