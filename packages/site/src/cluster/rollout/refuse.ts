import { SealiftError } from '@sealift/core/errors';
import { kubeletSkew, minorsBetween } from '@sealift/core/planner';
import { comparePrecedence, parseVersion } from '@sealift/core/version';
import type { ClusterState } from '@sealift/kubernetes/cluster-state';
import type { RolloutOwner } from '@sealift/kubernetes/rollout-owner';
import type { DesiredNodes, NodeGroup } from '@sealift/upgrade/ports/cluster';
import { viewsOf } from './view.ts';

/**
 * What must never be asked of Cluster API, which takes some of it: an older version, a minor skipped, workers before their
 * control plane or too far behind it.
 *
 * @throws KUBERNETES_DOWNGRADE, KUBERNETES_MINOR_SKIPPED, WORKERS_BEFORE_CONTROL_PLANE, WORKERS_TOO_FAR_BEHIND
 */
export function refuseUnfit(
  state: ClusterState,
  group: NodeGroup,
  owners: readonly RolloutOwner[],
  { version: to }: DesiredNodes,
): void {
  for (const owner of owners) {
    const { kind, name, version: from } = owner;
    const values = { owner: `${kind} ${name}`, from, to };
    if (comparePrecedence(parseVersion(to), parseVersion(from)) < 0)
      throw new SealiftError('KUBERNETES_DOWNGRADE', { values });
    const most = group === 'control-plane' ? 1 : kubeletSkew(from);
    if (minorsBetween(from, to) > most) throw new SealiftError('KUBERNETES_MINOR_SKIPPED', { values });
  }
  if (group === 'workers') refuseAhead(state, owners, to);
  else refuseTooFarAhead(state, to);
}

/** A control plane must not leave workers further behind than their kubelets may be. */
function refuseTooFarAhead(state: ClusterState, to: string): void {
  for (const { machines } of viewsOf(state, 'workers')) {
    for (const { machine } of machines.filter(({ isGoing }) => !isGoing)) {
      const from = machine.kubelet ?? machine.version;
      const values = { owner: `Machine ${machine.name}`, from, to };
      if (minorsBetween(from, to) > kubeletSkew(from)) throw new SealiftError('WORKERS_TOO_FAR_BEHIND', { values });
    }
  }
}

/** Every machine of the control plane counts, not only what it is asked to run. */
function refuseAhead(state: ClusterState, owners: readonly RolloutOwner[], to: string): void {
  const versions = viewsOf(state, 'control-plane').flatMap(({ owner, machines }) => [
    owner.version,
    ...machines.map(({ machine }) => machine.kubelet ?? machine.version),
  ]);
  const from = versions.find((version) => comparePrecedence(parseVersion(to), parseVersion(version)) > 0);
  const [first] = owners;
  if (from === undefined || first === undefined) return;
  const values = { owner: `${first.kind} ${first.name}`, from, to };
  throw new SealiftError('WORKERS_BEFORE_CONTROL_PLANE', { values });
}
