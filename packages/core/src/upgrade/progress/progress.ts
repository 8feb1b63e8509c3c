import { z } from 'zod';
import {
  type JournalEntry,
  type JournalledFailure,
  type MachineCount,
  machineCountSchema,
} from '../journal/journal.ts';
import { lifecycle } from '../lifecycle/lifecycle.ts';
import { type Plan, stepsOfPlan } from '../plan/plan.ts';
import { type Wait, waitingFor, waitSchema } from '../wait/wait.ts';

/** How far one step is. */
export const stepProgressSchema = z.object({
  id: z.string(),
  state: z.enum(['waiting', 'running', 'done', 'failed']),
  startedAt: z.iso.datetime().nullable(),
  finishedAt: z.iso.datetime().nullable(),
  /** What it does, or what it did. */
  message: z.string(),
  /** What it waits for right now; null while it waits for nothing. */
  wait: waitSchema.nullable(),
  /** 0 to 1, never running backwards. */
  fraction: z.number().min(0).max(1),
  /** Of a step that replaces machines, once it has counted them: those that are as it asks. */
  machines: machineCountSchema.optional(),
});
export type StepProgress = z.infer<typeof stepProgressSchema>;

/**
 * The progress of every planned step, from the journal alone. More lines never make a fraction smaller.
 *
 * @param entries the journal of one upgrade, oldest first.
 */
export function progressOf(plan: Plan, entries: readonly JournalEntry[]): StepProgress[] {
  const byStep = Map.groupBy(entries, (entry) => entry.stepId);
  return stepsOfPlan(plan).map(({ id }) => (byStep.get(id) ?? []).reduce(advance, untouched(id)));
}

function untouched(id: string): StepProgress {
  return { id, state: 'waiting', startedAt: null, finishedAt: null, message: '', wait: null, fraction: 0 };
}

/** What one further line makes of a step's progress. */
function advance(before: StepProgress, entry: JournalEntry): StepProgress {
  const { at } = entry;
  const startedAt = before.startedAt ?? at;
  const running = { ...before, state: 'running', startedAt, finishedAt: null, wait: null } as const;
  const ended = { ...before, startedAt, finishedAt: at, wait: null };
  switch (entry.phase) {
    case 'intent': {
      // Until it tells more, it waits for the effect itself.
      const { message } = entry.data;
      return { ...running, message, wait: { ...waitingFor(message), since: at } };
    }
    case 'progress': {
      const { wait, fraction, direction, machines = before.machines } = entry.data;
      const reached = direction === 'back' ? before.fraction : Math.max(before.fraction, fraction);
      return { ...running, message: wait.what, wait, fraction: reached, machines };
    }
    case 'evidence': {
      const { direction, message, details } = entry.data;
      if (direction === 'back') {
        return { ...ended, state: 'waiting', finishedAt: null, message: 'taken back', machines: undefined };
      }
      return { ...ended, state: 'done', message, fraction: 1, machines: allOf(before.machines, details['nodes']) };
    }
    case 'failure':
      return { ...ended, state: 'failed', message: entry.data.failure.message };
    case 'state':
      return before;
  }
}

/** What a rollout has counted is whole once it is proved. */
function allOf(counted: MachineCount | undefined, nodes: unknown): MachineCount | undefined {
  const proved = machineCountSchema.shape.of.safeParse(nodes);
  const of = proved.success ? proved.data : counted?.of;
  return of === undefined ? undefined : { replaced: of, of };
}

/** The share of the whole plan that is done, 0 to 1; every step counts the same. */
export function overallFraction(steps: readonly StepProgress[]): number {
  if (steps.length === 0) return 0;
  return steps.reduce((sum, { fraction }) => sum + fraction, 0) / steps.length;
}

/** What the upgrade waits for right now; null while no step is under way. */
export function currentWait(steps: readonly StepProgress[]): Wait | null {
  return steps.find(({ state }) => state === 'running')?.wait ?? null;
}

/** The failure that ended the last run; null when the upgrade has gone on since, or never failed. */
export function failureOf(entries: readonly JournalEntry[]): JournalledFailure | null {
  // Why the way back stands still is what has to be mended first.
  const latest = entries.findLast(({ phase }) => phase !== 'state');
  if (latest?.phase === 'failure' && latest.data.direction === 'back') return latest.data.failure;
  let failure: JournalledFailure | null = null;
  let goesBack = false;
  for (const entry of entries) {
    if (entry.phase === 'state') goesBack = lifecycle[entry.data.state].goesBack;
    // What is locked for the way back does not overcome what the way on failed of.
    else if (!goesBack && entry.data.direction === 'forward') {
      failure = entry.phase === 'failure' ? entry.data.failure : null;
    }
  }
  return failure;
}

function directionOf(data: JournalEntry['data']): string | undefined {
  return 'direction' in data ? data.direction : undefined;
}

/** Steps whose postcondition was proven and that were not begun again, or taken back, since. */
export function doneSteps(entries: readonly JournalEntry[]): Set<string> {
  const done = new Set<string>();
  for (const { stepId, phase, data } of entries) {
    if (phase === 'evidence' && directionOf(data) === 'forward') done.add(stepId);
    // Who finds a step taken back already writes the evidence alone.
    else if (phase === 'evidence' || phase === 'intent') done.delete(stepId);
  }
  return done;
}

/** Steps that may have had an effect which still stands. */
export function begunSteps(entries: readonly JournalEntry[]): Set<string> {
  const begun = new Set<string>();
  for (const { stepId, phase, data } of entries) {
    if (phase === 'evidence' && directionOf(data) === 'back') begun.delete(stepId);
    else if (phase === 'intent' || phase === 'evidence') begun.add(stepId);
  }
  return begun;
}
