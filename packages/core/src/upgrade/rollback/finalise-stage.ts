import { z } from 'zod';
import type { JournalEntry } from '../journal/journal.ts';
import { type Plan, stepsOfPlan } from '../plan/plan.ts';
import { begunSteps, doneSteps } from '../progress/progress.ts';

/**
 * Where an upgrade stands that a person finalises.
 * - `not-yet`: its control plane does not run the new minor as a whole.
 * - `waits`: it does, and still serves the old one: a person may finalise it, or have it taken back.
 * - `begun`: what cannot be taken back has begun.
 */
export const finaliseStageSchema = z.enum(['not-yet', 'waits', 'begun']);
export type FinaliseStage = z.infer<typeof finaliseStageSchema>;

/** Where an upgrade stands that a person finalises; undefined where its plan has no such step. */
export function finaliseStage(plan: Plan, entries: readonly JournalEntry[]): FinaliseStage | undefined {
  const steps = stepsOfPlan(plan);
  const index = steps.findIndex(({ kind }) => kind === 'finalise');
  const [before, step] = [steps[index - 1], steps[index]];
  if (step === undefined || before === undefined) return undefined;
  if (begunSteps(entries).has(step.id)) return 'begun';
  return doneSteps(entries).has(before.id) ? 'waits' : 'not-yet';
}
