import { wayBack } from '../step/rollback.ts';
import type { PlanStep } from '../step/step.ts';

/** The index of the first step past which there is no way back in place; undefined where there is one past every step. */
export function pointOfNoReturn(steps: readonly PlanStep[]): number | undefined {
  const index = steps.findIndex((step) => wayBack(step) === 'shut');
  return index === -1 ? undefined : index;
}
