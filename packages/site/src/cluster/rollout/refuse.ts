import { SealiftError } from '@sealift/core/errors';
import { comparePrecedence, parseVersion } from '@sealift/core/version';
import type { ClusterState } from '@sealift/kubernetes/cluster-state';
import type { RolloutOwner } from '@sealift/kubernetes/rollout-owner';
import type { DesiredNodes, NodeGroup } from '@sealift/upgrade/ports/cluster';
import { viewsOf } from './view.ts';

/** How many minors a kubelet may be behind its API server (Kubernetes, "Version Skew Policy"). */
const kubeletSkew = 3;

/**
 * What must never be asked of Cluster API, which takes some of it: an older version, a minor skipped, workers before their control plane.
 *
 * @throws KUBERNETES_DOWNGRADE, KUBERNETES_MINOR_SKIPPED, WORKERS_BEFORE_CONTROL_PLANE
 */
export function refuseUnfit(
  state: ClusterState,
  group: NodeGroup,
  owners: readonly RolloutOwner[],
  { version: to }: DesiredNodes,
): void {
  const mostSkipped = group === 'control-plane' ? 1 : kubeletSkew;
  for (const owner of owners) {
    const { kind, name, version: from } = owner;
    const values = { owner: `${kind} ${name}`, from, to };
    if (comparePrecedence(parseVersion(to), parseVersion(from)) < 0)
      throw new SealiftError('KUBERNETES_DOWNGRADE', { values });
    if (minorsBetween(from, to) > mostSkipped) throw new SealiftError('KUBERNETES_MINOR_SKIPPED', { values });
  }
  if (group === 'workers') refuseAhead(state, owners, to);
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

/** Of another major they are as far apart as can be. */
function minorsBetween(from: string, to: string): number {
  const [a, b] = [parseVersion(from).core, parseVersion(to).core];
  if (a[0] !== b[0]) return Number.POSITIVE_INFINITY;
  return Number(b[1] ?? 0) - Number(a[1] ?? 0);
}
