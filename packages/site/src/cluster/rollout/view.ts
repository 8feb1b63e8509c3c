import { comparePrecedence, parseVersion } from '@sealift/core/version';
import { holds } from '@sealift/kubernetes/conditions';
import { type InfrastructureMachine, keyOf } from '@sealift/kubernetes/infrastructure';
import type { Machine } from '@sealift/kubernetes/machine';
import type { RolloutOwner } from '@sealift/kubernetes/rollout-owner';
import type { ClusterState } from '@sealift/kubernetes/cluster-state';
import type { MachineSet } from '@sealift/kubernetes/workers';
import type { NodeGroup } from '@sealift/upgrade/ports/cluster';
import { planOf, type RolloutPlan } from './plan.ts';

/** One machine of an owner, judged by what the owner is asked to run. */
export interface MachineView {
  readonly machine: Machine;
  readonly infrastructure: InfrastructureMachine | undefined;
  /** Whether it is made as its owner wants them now; undefined while its infrastructure machine has not been seen. */
  readonly asWanted: boolean | undefined;
  /** Came after the change was asked for. */
  readonly isNew: boolean;
  readonly isGoing: boolean;
  /** Its node is there, ready, and of the machine's version. */
  readonly isReady: boolean;
  /** Its node runs another version than the machine was made for. */
  readonly cameBackOther: boolean;
}

/** An owner with all that it owns. */
export interface OwnerView {
  readonly owner: RolloutOwner;
  readonly plan: RolloutPlan | undefined;
  readonly sets: readonly MachineSet[];
  readonly machines: readonly MachineView[];
  /** Machines of its role that came since it was asked and are nobody's. */
  readonly strays: readonly Machine[];
}

/** The owners of a group of nodes, each with its machines. */
export function viewsOf(state: ClusterState, group: NodeGroup): readonly OwnerView[] {
  const owners = group === 'control-plane' ? [state.controlPlane] : state.deployments;
  return owners.map((owner) => viewOf(state, owner));
}

/** Whether two versions are the same but for a leading `v` and build metadata. */
export function sameVersion(a: string, b: string): boolean {
  return comparePrecedence(parseVersion(a), parseVersion(b)) === 0;
}

function viewOf(state: ClusterState, owner: RolloutOwner): OwnerView {
  const plan = planOf(owner);
  const sets = owner.kind === 'MachineDeployment' ? state.sets.filter((set) => set.deployment === owner.name) : [];
  const setNames = new Set(sets.map(({ name }) => name));
  const isOwn = ({ owner: by }: Machine): boolean =>
    owner.kind === 'KubeadmControlPlane'
      ? by?.kind === owner.kind && by.name === owner.name
      : by?.kind === 'MachineSet' && setNames.has(by.name);
  const before = new Set(plan?.machines);
  const machines = state.machines.filter(isOwn).map((machine): MachineView => {
    const infrastructure = state.infrastructure.get(keyOf(machine.infrastructure));
    const cameBackOther = machine.kubelet !== undefined && !sameVersion(machine.kubelet, machine.version);
    return {
      machine,
      infrastructure,
      asWanted: plan?.anew === true && before.has(machine.name) ? false : asWanted(machine, infrastructure, owner),
      isNew: plan !== undefined && !before.has(machine.name),
      isGoing: machine.deletingSince !== null,
      isReady:
        machine.node !== undefined &&
        machine.kubelet !== undefined &&
        !cameBackOther &&
        holds(machine.conditions, 'NodeReady'),
      cameBackOther,
    };
  });
  const strays = state.machines.filter(
    (machine) =>
      machine.isControlPlane === (owner.kind === 'KubeadmControlPlane') &&
      isAfter(machine.createdAt, owner.askedAt) &&
      !isOwned(state, machine),
  );
  return { owner, plan, sets, machines, strays };
}

function isAfter(time: string | null, other: string | null): boolean {
  return time !== null && other !== null && Date.parse(time) > Date.parse(other);
}

/** Whether the control plane, or a MachineDeployment by one of its sets, made it. */
function isOwned({ controlPlane, deployments, sets }: ClusterState, { owner }: Machine): boolean {
  if (owner?.kind === controlPlane.kind) return owner.name === controlPlane.name;
  const set = sets.find(({ name }) => owner?.kind === 'MachineSet' && name === owner.name);
  return deployments.some(({ name }) => name === set?.deployment);
}

/** Cluster API decides by the name of the machine template that a machine was made from, not by what it holds. */
function asWanted(
  machine: Machine,
  infrastructure: InfrastructureMachine | undefined,
  { version, template }: RolloutOwner,
): boolean | undefined {
  if (!sameVersion(machine.version, version)) return false;
  if (infrastructure === undefined) return undefined;
  // One that was adopted does not tell, and counts as up to date there too.
  return infrastructure.clonedFrom === undefined || infrastructure.clonedFrom === template.name;
}
