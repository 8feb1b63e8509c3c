import { SealiftError } from '@sealift/core/errors';
import { kubeletSkew, minorsBetween } from '@sealift/core/planner';
import { comparePrecedence, parseVersion } from '@sealift/core/version';
import type { ClusterState } from '@sealift/kubernetes/cluster-state';
import { emulationIn } from '@sealift/kubernetes/emulation';
import type { RolloutOwner } from '@sealift/kubernetes/rollout-owner';
import type { ControlPlaneStage, DesiredNodes, NodeGroup } from '@sealift/upgrade/ports/cluster';
import { configOf } from '../emulation/stage.ts';
import { viewsOf } from './view.ts';

/**
 * What must never be asked of Cluster API, which takes some of it: an older version but for the minor that a control plane still serves, a minor skipped, workers before their
 * control plane or too far behind it.
 *
 * @throws KUBERNETES_DOWNGRADE, EMULATION_REFUSED, KUBERNETES_MINOR_SKIPPED, WORKERS_BEFORE_CONTROL_PLANE, WORKERS_TOO_FAR_BEHIND
 */
export function refuseUnfit(
  state: ClusterState,
  group: NodeGroup,
  owners: readonly RolloutOwner[],
  { version: to }: DesiredNodes,
  stage?: ControlPlaneStage,
): void {
  for (const owner of owners) {
    const { kind, name, version: from } = owner;
    const values = { owner: `${kind} ${name}`, from, to };
    if (comparePrecedence(parseVersion(to), parseVersion(from)) < 0) {
      if (stage === undefined || !servesStill(owner, to)) throw new SealiftError('KUBERNETES_DOWNGRADE', { values });
      refuseNewerWorkers(state, owner, to);
    }
    const most = group === 'control-plane' ? 1 : kubeletSkew(from);
    if (minorsBetween(from, to) > most) throw new SealiftError('KUBERNETES_MINOR_SKIPPED', { values });
  }
  if (group === 'workers') refuseAhead(state, owners, to);
  else refuseTooFarAhead(state, to);
}

/** Whether a control plane serves an older version's minor, with etcd where it was: then that version reads all that is stored. */
function servesStill(owner: RolloutOwner, to: string): boolean {
  const { emulates, etcdTag } = emulationIn(configOf(owner), owner.name);
  return emulates === parseVersion(to).core.slice(0, 2).join('.') && etcdTag !== undefined;
}

/** A kubelet must not be newer than the API server that it talks to (Kubernetes, "Version Skew Policy"). */
function refuseNewerWorkers(state: ClusterState, { kind, name }: RolloutOwner, to: string): void {
  const machines = viewsOf(state, 'workers').flatMap((view) => view.machines.map(({ machine }) => machine));
  const newer = machines.find(({ kubelet, version }) => minorsBetween(to, kubelet ?? version) > 0);
  if (newer === undefined) return;
  const reason = `${newer.name} runs ${newer.kubelet ?? newer.version}, and its API servers would be older`;
  const remedy = 'Go on with the upgrade: workers do not go back.';
  throw new SealiftError('EMULATION_REFUSED', { values: { owner: `${kind} ${name}`, reason, remedy } });
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
