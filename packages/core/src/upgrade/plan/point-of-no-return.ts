import type { PlanStep } from '../step/step.ts';

/** The index of the first step that can't be taken back; undefined when every step can. */
export function pointOfNoReturn(steps: readonly PlanStep[]): number | undefined {
  const index = steps.findIndex(({ rollback }) => rollback === 'one-way');
  return index === -1 ? undefined : index;
}
