import { z } from 'zod';
import { detailsSchema, type JournalEntry, journalledFailureSchema } from '../upgrade/journal/journal.ts';
import type { Plan } from '../upgrade/plan/plan.ts';
import { type PlanStep, rollbackClassSchema } from '../upgrade/step/step.ts';

/** What became of one planned step. */
export const stepEvidenceSchema = z.strictObject({
  id: z.string(),
  /** Its hop's place in the plan, from 0. */
  hop: z.int().nonnegative(),
  kind: z.string(),
  title: z.string(),
  rollback: rollbackClassSchema,
  /** `done`: what it was for was proven. `unfinished`: begun, and nobody knows that it was done. */
  outcome: z.enum(['done', 'failed', 'taken-back', 'unfinished', 'not-begun']),
  startedAt: z.iso.datetime().nullable(),
  finishedAt: z.iso.datetime().nullable(),
  /** How often it was begun. */
  attempts: z.int().nonnegative(),
  message: z.string(),
  /** What proved that it was done, or taken back. */
  proof: detailsSchema.nullable(),
  failure: journalledFailureSchema.nullable(),
});
type StepEvidence = z.infer<typeof stepEvidenceSchema>;

/**
 * What became of every planned step, those that were never begun too.
 *
 * @param entries the journal of the upgrade, oldest first
 */
export function stepEvidenceOf(plan: Plan, entries: readonly JournalEntry[]): StepEvidence[] {
  const byStep = Map.groupBy(entries, ({ stepId }) => stepId);
  return plan.hops.flatMap(({ steps }, hop) =>
    steps.map((step) => (byStep.get(step.id) ?? []).reduce(advance, untouched(step, hop))),
  );
}

function untouched({ id, kind, title, rollback }: PlanStep, hop: number): StepEvidence {
  const nothing = { startedAt: null, finishedAt: null, attempts: 0, message: '', proof: null, failure: null };
  return { id, hop, kind, title, rollback, outcome: 'not-begun', ...nothing };
}

function advance(before: StepEvidence, entry: JournalEntry): StepEvidence {
  const { at } = entry;
  const begun = { ...before, startedAt: before.startedAt ?? at };
  switch (entry.phase) {
    case 'intent': {
      const attempts = before.attempts + (entry.data.direction === 'forward' ? 1 : 0);
      return { ...begun, attempts, outcome: 'unfinished', finishedAt: null, message: entry.data.message, proof: null };
    }
    case 'progress':
      // A wait before anything was asked for, or on the way.
      return { ...begun, outcome: 'unfinished', finishedAt: null, message: entry.data.wait.what, proof: null };
    case 'evidence': {
      const { direction, message, details } = entry.data;
      const outcome = direction === 'forward' ? 'done' : 'taken-back';
      return { ...begun, outcome, finishedAt: at, message, proof: details, failure: null };
    }
    case 'failure': {
      const { failure } = entry.data;
      return { ...begun, outcome: 'failed', finishedAt: at, message: failure.message, proof: null, failure };
    }
    case 'state':
      return before;
  }
}
