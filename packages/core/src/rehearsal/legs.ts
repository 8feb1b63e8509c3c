import { minorsBetween } from '../planner/kubernetes-path.ts';
import { isStep, stepOf } from '../upgrade/step/step.ts';
import { type Plan, stepsOfPlan } from '../upgrade/plan/plan.ts';
import { parseVersion } from '../version/version.ts';
import type { RehearsalLeg } from './rehearsal.ts';

/**
 * The minors of Kubernetes that a plan's control plane crosses, in order, each as it is crossed. One that stays able to go back is crossed twice: first
 * as the new version emulates the old one, and back from there; then as it is finalised.
 */
export function rehearsalLegs(plan: Plan): readonly RehearsalLeg[] {
  const steps = stepsOfPlan(plan);
  const legs: RehearsalLeg[] = [];
  let at = plan.nodeImage.kubernetesFrom;
  for (const step of steps) {
    if (isStep(step, 'control-plane') || isStep(step, 'emulated-control-plane')) {
      const { kubernetes: to } = step.target;
      const emulates = isStep(step, 'emulated-control-plane');
      if (minorsBetween(at, to) !== 0) {
        legs.push({ from: at, to, native: !emulates, andBack: emulates });
        if (emulates && stepOf(steps, 'finalise') !== undefined) {
          legs.push({ from: at, to, native: true, andBack: false });
        }
      }
      at = to;
    }
  }
  return legs;
}

/** The minors whose API servers a rehearsal starts, such as `1.36`, the oldest first. */
export function minorsOf(legs: readonly RehearsalLeg[]): readonly string[] {
  return [...new Set(legs.flatMap(({ from, to }) => [minorOf(from), minorOf(to)]))];
}

/** The minor of a version, such as `1.36`, with or without a `v` before it. */
export function minorOf(version: string): string {
  return parseVersion(version).core.slice(0, 2).join('.');
}

/** For people: `from 1.36.3 to 1.37.2, emulating 1.36, and back`. */
export function legText({ from, to, native, andBack }: RehearsalLeg): string {
  return `from ${from} to ${to}${native ? '' : `, emulating ${minorOf(from)}`}${andBack ? ', and back' : ''}`;
}
