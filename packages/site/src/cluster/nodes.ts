import type { ClusterNode } from '@sealift/core/cluster';
import { keyOf } from '@sealift/kubernetes/infrastructure';
import type { ClusterState } from '@sealift/kubernetes/cluster-state';
import type { Machine } from '@sealift/kubernetes/machine';
import { holds } from '@sealift/kubernetes/conditions';
import { templateNameOf } from './rollout/node-template.ts';

/** The nodes of a cluster, one for each Machine; one whose node has not joined yet has the Machine's name. */
export function nodesOf({ machines, infrastructure }: ClusterState): readonly ClusterNode[] {
  return machines.map((machine) => {
    const template = infrastructure.get(keyOf(machine.infrastructure))?.template ?? '';
    return {
      name: machine.node ?? machine.name,
      role: machine.isControlPlane ? 'control-plane' : 'worker',
      version: plainVersion(machine.kubelet ?? machine.version),
      template: templateNameOf(template),
      ready: machine.node !== undefined && machine.deletingSince === null && holds(machine.conditions, 'NodeReady'),
      message: messageOf(machine),
      machine: machine.name,
      phase: machine.phase,
      since: machine.deletingSince ?? machine.conditions.get('NodeReady')?.since ?? machine.createdAt,
    };
  });
}

/** Without the leading `v`, as releases write it. */
export function plainVersion(version: string): string {
  return version.replace(/^[vV](?=\d)/, '');
}

function messageOf({ deletingSince, phase, node, conditions }: Machine): string {
  if (deletingSince !== null) return firstLine(conditions.get('Deleting')?.message) ?? 'is being taken away';
  if (node === undefined)
    return firstLine(conditions.get('InfrastructureReady')?.message) ?? `is in the phase ${phase}`;
  if (holds(conditions, 'NodeReady')) return 'ready';
  const said = conditions.get('NodeReady') ?? conditions.get('NodeHealthy');
  return firstLine(said?.message) ?? 'is not known to be ready';
}

function firstLine(message: string | undefined): string | undefined {
  const [line = ''] = (message ?? '').split('\n');
  return line === '' ? undefined : line.slice(0, 300);
}
