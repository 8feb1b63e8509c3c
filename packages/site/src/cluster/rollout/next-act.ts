import type { KubeObject } from '@sealift/kubernetes/object';
import type { ClusterState } from '@sealift/kubernetes/cluster-state';
import { isHeld } from '@sealift/kubernetes/hold';
import type { InfrastructureMachine } from '@sealift/kubernetes/infrastructure';
import type { Machine } from '@sealift/kubernetes/machine';
import type { RolloutOwner } from '@sealift/kubernetes/rollout-owner';
import type { NodeGroup } from '@sealift/upgrade/ports/cluster';
import type { EtcdLook } from './etcd-watch.ts';
import { heldBack, isRolling, isSettled, unplanned } from './gate.ts';
import { isHooked, type Release } from './hooks.ts';
import type { DiskLooks } from './machine-disks.ts';
import { planAnnotation } from './plan.ts';
import { type MachineView, type OwnerView, viewsOf } from './view.ts';

/** What has to be done by us before a rollout goes on, or at its end. */
export interface NextAct {
  /** In words; what is shown before it is done. */
  readonly what: string;
  readonly unhook: readonly Release[];
  /** What the provider is made to look at again. */
  readonly touch: readonly InfrastructureMachine[];
  readonly putBack: readonly KubeObject[];
  /** Owners whose rollout is over: what was planned for it says nothing of what comes later. */
  readonly forget: readonly RolloutOwner[];
}

const nothing = { unhook: [], touch: [], putBack: [], forget: [] };

/**
 * The same answer is what is shown and what is done. Null when nothing is up to us.
 *
 * @param disks of each machine that `waitsForDisks`
 * @param back names of machines that lacked a template which is there now
 * @param etcd of a control plane
 */
export function nextAct(
  state: ClusterState,
  group: NodeGroup,
  { disks, back, etcd }: { readonly disks: DiskLooks; readonly back: ReadonlySet<string>; readonly etcd: EtcdLook },
): NextAct | null {
  const views = viewsOf(state, group);
  const drain = views.flatMap((view) => drainable(view, etcd));
  if (drain.length > 0) {
    const what = `Letting ${namesOf(drain)} go: what comes in its place is as wanted`;
    return { ...nothing, what, unhook: drain };
  }
  const bare = views.flatMap(({ machines }) => machines.filter(waitsForDisks)).filter(isBare(disks));
  if (bare.length > 0) {
    const unhook = bare.map(({ machine }): Release => ({ machine, before: ['deletion'] }));
    const what = `Letting the VM of ${namesOf(unhook)} be deleted: no volume is on it`;
    return { ...nothing, what, unhook };
  }
  const again = views.flatMap(({ machines }) => machines).filter(({ machine }) => back.has(machine.name));
  if (again.length > 0) {
    const names = again.map(({ machine }) => machine.name).join(', ');
    const touch = again.flatMap(({ infrastructure }) => infrastructure ?? []);
    return { ...nothing, what: `Having the provider look at ${names} again: its template is there now`, touch };
  }
  if (!views.every(isSettled)) return null;
  const others = viewsOf(state, group === 'workers' ? 'control-plane' : 'workers');
  const putBack = others.some(isRolling) ? [] : heldObjects(state);
  const forget = plannedOwners(views);
  if (putBack.length + forget.length === 0) return null;
  const what = 'Ending the rollout: health checks and the autoscaler are put back as they were';
  return { ...nothing, what, putBack, forget };
}

function plannedOwners(views: readonly OwnerView[]): readonly RolloutOwner[] {
  return views.map(({ owner }) => owner).filter(({ annotations }) => Object.hasOwn(annotations, planAnnotation));
}

/** Machines that wait for us and may be drained; once all is settled, those that stayed. */
function drainable(view: OwnerView, etcd: EtcdLook): Release[] {
  const { machines } = view;
  if (isSettled(view)) {
    return machines.filter(({ machine }) => isHooked(machine)).map(({ machine }) => ({ machine, before: both }));
  }
  const going = machines.filter(({ machine, isGoing }) => isGoing && isHooked(machine, 'drain'));
  if (going.length === 0 || heldBack(view, etcd) !== undefined) return [];
  return going.map(({ machine }) => ({ machine, before: ['drain'] }));
}

const both = ['drain', 'deletion'] as const;

/** Whether a machine is drained, and its VM is held until no volume is on it. */
export function waitsForDisks({ machine, isGoing }: MachineView): boolean {
  const { reason, status } = machine.conditions.get('Deleting') ?? {};
  const isDrained = status === 'True' && reason === 'WaitingForPreTerminateHook';
  return isGoing && isDrained && !isHooked(machine, 'drain') && isHooked(machine, 'deletion');
}

function isBare(disks: DiskLooks): (view: MachineView) => boolean {
  return ({ machine }) => disks.get(machine.name)?.state === 'none';
}

function namesOf(releases: readonly Release[]): string {
  return releases.map(({ machine }) => machine.name).join(', ');
}

/** What is held back for a rollout when somebody ends it early. */
export interface EarlyEnd {
  readonly unhook: readonly Release[];
  readonly putBack: readonly KubeObject[];
  /** Machines that stay held: what comes in their place is not as wanted, or a volume is on them, and they would go for it or with it. */
  readonly kept: readonly Machine[];
  readonly forget: readonly RolloutOwner[];
}

/**
 * What of a rollout can be let go at any time, and what must not.
 *
 * @param disks of each machine that is being taken away and held before its deletion
 */
export function earlyEnd(state: ClusterState, group: NodeGroup, disks: DiskLooks): EarlyEnd {
  const isWrong = (view: OwnerView): boolean =>
    unplanned(view).length > 0 || view.machines.some(({ cameBackOther, isGoing }) => cameBackOther && !isGoing);
  const views = viewsOf(state, group);
  const right = views.filter((view) => !isWrong(view));
  const hookedOf = (some: readonly OwnerView[]): MachineView[] =>
    some.flatMap(({ machines }) => machines.filter(({ machine }) => isHooked(machine)));
  const mayGo = (view: MachineView): boolean =>
    !view.isGoing || !isHooked(view.machine, 'deletion') || isBare(disks)(view);
  const releases = hookedOf(right).map((view): Release => {
    return { machine: view.machine, before: mayGo(view) ? both : ['drain'] };
  });
  return {
    unhook: releases.filter(({ machine, before }) => before.some((one) => isHooked(machine, one))),
    putBack: heldObjects(state),
    kept: [...hookedOf(views.filter(isWrong)), ...hookedOf(right).filter((view) => !mayGo(view))].map(
      ({ machine }) => machine,
    ),
    forget: plannedOwners(right),
  };
}

/** What of the cluster is set otherwise for the time of a rollout. */
function heldObjects({ healthChecks, deploymentObjects }: ClusterState): readonly KubeObject[] {
  return [...healthChecks, ...deploymentObjects].filter(isHeld);
}
