import type { KubeObject } from '@sealift/kubernetes/object';
import type { ClusterState } from '@sealift/kubernetes/cluster-state';
import { isHeld } from '@sealift/kubernetes/hold';
import type { Machine } from '@sealift/kubernetes/machine';
import type { RolloutOwner } from '@sealift/kubernetes/rollout-owner';
import type { NodeGroup } from '@sealift/upgrade/ports/cluster';
import { heldBack, isRolling, isSettled, unplanned } from './gate.ts';
import { isHooked } from './hooks.ts';
import { planAnnotation } from './plan.ts';
import { type OwnerView, viewsOf } from './view.ts';

/** What has to be done by us before a rollout goes on, or at its end. */
export interface NextAct {
  /** In words; what is shown before it is done. */
  readonly what: string;
  readonly unhook: readonly Machine[];
  readonly putBack: readonly KubeObject[];
  /** Owners whose rollout is over: what was planned for it says nothing of what comes later. */
  readonly forget: readonly RolloutOwner[];
}

/** The same answer is what is shown and what is done. Null when nothing is up to us. */
export function nextAct(state: ClusterState, group: NodeGroup): NextAct | null {
  const views = viewsOf(state, group);
  const unhook = views.flatMap(releasable);
  if (unhook.length > 0) {
    const names = unhook.map(({ name }) => name).join(', ');
    const what = `Letting ${names} go: what comes in its place is as wanted`;
    return { what, unhook, putBack: [], forget: [] };
  }
  if (!views.every(isSettled)) return null;
  const others = viewsOf(state, group === 'workers' ? 'control-plane' : 'workers');
  const putBack = others.some(isRolling) ? [] : heldObjects(state);
  const forget = plannedOwners(views);
  if (putBack.length + forget.length === 0) return null;
  const what = 'Ending the rollout: health checks and the autoscaler are put back as they were';
  return { what, unhook: [], putBack, forget };
}

function plannedOwners(views: readonly OwnerView[]): readonly RolloutOwner[] {
  return views.map(({ owner }) => owner).filter(({ annotations }) => Object.hasOwn(annotations, planAnnotation));
}

/** Machines that wait for us and may go; once all is settled, those that stayed. */
function releasable(view: OwnerView): Machine[] {
  const hooked = view.machines.filter(({ machine }) => isHooked(machine));
  if (isSettled(view)) return hooked.map(({ machine }) => machine);
  const going = hooked.filter(({ isGoing }) => isGoing);
  return going.length > 0 && heldBack(view) === undefined ? going.map(({ machine }) => machine) : [];
}

/** What is held back for a rollout when somebody ends it early. */
export interface EarlyEnd {
  readonly unhook: readonly Machine[];
  readonly putBack: readonly KubeObject[];
  /** Machines that stay held: what comes in their place is not as wanted, and they would go for it. */
  readonly kept: readonly Machine[];
  readonly forget: readonly RolloutOwner[];
}

/** What of a rollout can be let go at any time, and what must not. */
export function earlyEnd(state: ClusterState, group: NodeGroup): EarlyEnd {
  const isWrong = (view: OwnerView): boolean =>
    unplanned(view).length > 0 || view.machines.some(({ cameBackOther, isGoing }) => cameBackOther && !isGoing);
  const views = viewsOf(state, group);
  const hookedOf = (some: readonly OwnerView[]): Machine[] =>
    some.flatMap(({ machines }) => machines.map(({ machine }) => machine)).filter(isHooked);
  return {
    unhook: hookedOf(views.filter((view) => !isWrong(view))),
    putBack: heldObjects(state),
    kept: hookedOf(views.filter(isWrong)),
    forget: plannedOwners(views.filter((view) => !isWrong(view))),
  };
}

/** What of the cluster is set otherwise for the time of a rollout. */
function heldObjects({ healthChecks, deploymentObjects }: ClusterState): readonly KubeObject[] {
  return [...healthChecks, ...deploymentObjects].filter(isHeld);
}
