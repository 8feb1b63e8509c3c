import type { StepProgress, Upgrade } from '@sealift/core/api';
import type { Plan } from '@sealift/core/plan';
import type { JournalEntry } from './ports.ts';

/**
 * The progress of every planned step, from the journal alone. More lines never make a fraction smaller.
 *
 * @param entries the journal of one upgrade, oldest first.
 */
export function progressOf(plan: Plan, entries: readonly JournalEntry[]): StepProgress[] {
  const byStep = Map.groupBy(entries, (entry) => entry.stepId);
  return plan.hops.flatMap((hop) => hop.steps.map((step) => stepProgress(step.id, byStep.get(step.id) ?? [])));
}

function stepProgress(id: string, entries: readonly JournalEntry[]): StepProgress {
  let progress: StepProgress = { id, state: 'waiting', startedAt: null, finishedAt: null, message: '', fraction: 0 };
  for (const { phase, at, data } of entries) {
    const startedAt = progress.startedAt ?? at;
    const told = textOf(data['message']) ?? progress.message;
    const message = data['stalled'] === true ? `stalled, still waiting: ${told}` : told;
    if (phase === 'evidence') progress = { id, state: 'done', startedAt, finishedAt: at, message, fraction: 1 };
    if (phase === 'failure') {
      progress = {
        ...progress,
        state: 'failed',
        startedAt,
        finishedAt: at,
        message: textOf(data['detail']) ?? message,
      };
    }
    if (phase === 'intent' && data['undo'] === true) {
      progress = { ...progress, state: 'waiting', finishedAt: null, message: 'taken back' };
    } else if (phase === 'intent' || phase === 'progress') {
      const fraction = Math.max(progress.fraction, fractionOf(data['fraction']));
      progress = { ...progress, state: 'running', startedAt, finishedAt: null, message, fraction };
    }
  }
  return progress;
}

/** The share of the whole plan that is done, 0 to 1; every step counts the same. */
export function overallFraction(steps: readonly StepProgress[]): number {
  if (steps.length === 0) return 0;
  return steps.reduce((sum, { fraction }) => sum + fraction, 0) / steps.length;
}

/** What the upgrade is waiting for right now; null when no step is running. */
export function waitingFor(steps: readonly StepProgress[]): string | null {
  return steps.find(({ state }) => state === 'running')?.message ?? null;
}

/** The failure that ended the last run; null when the upgrade has gone on since, or never failed. */
export function failureOf(entries: readonly JournalEntry[]): Upgrade['failure'] {
  const last = entries.findLast(({ phase, data }) => phase !== 'state' && data['undo'] !== true);
  if (last?.phase !== 'failure') return null;
  const { code, detail, hint } = last.data;
  return { code: textOf(code) ?? 'INTERNAL', detail: textOf(detail) ?? '', hint: textOf(hint) ?? '' };
}

/** Steps whose postcondition was proven and that were not taken back since. */
export function doneSteps(entries: readonly JournalEntry[]): Set<string> {
  const done = new Set<string>();
  for (const { stepId, phase } of entries) {
    if (phase === 'evidence') done.add(stepId);
    if (phase === 'intent') done.delete(stepId);
  }
  return done;
}

/** Steps that may have had an effect. */
export function begunSteps(entries: readonly JournalEntry[]): Set<string> {
  return new Set(entries.filter(({ phase }) => phase === 'intent' || phase === 'evidence').map(({ stepId }) => stepId));
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function fractionOf(value: unknown): number {
  return typeof value === 'number' && value >= 0 && value <= 1 ? value : 0;
}
