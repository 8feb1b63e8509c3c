import { asSealiftError, SealiftError } from '@sealift/core/errors';
import { type Direction, type JournalEntry, shutBy, wayBack } from '@sealift/core/upgrade';
import { journalled, StepFailed } from './failures.ts';
import { lastWait } from './last-wait.ts';
import { checkBack, letGo, type PlannedStep, type Run, runStep } from './step-runner.ts';

/**
 * Takes back what was begun, the last step first, with the console locked from the first effect to the last. May be run again at any point.
 *
 * @param begun in the order of the plan
 * @throws StepFailed where the way back is shut, or a step cannot be taken back; RunStopped, AbortRequested
 */
export async function rollBack(
  run: Run,
  begun: readonly PlannedStep[],
  entries: readonly JournalEntry[],
): Promise<void> {
  refuseShut(run, entries);
  const undone = begun.filter(({ step }) => wayBack(step) === 'undone');
  try {
    checkBack(run, undone);
  } catch (error) {
    throw new StepFailed('plan', asSealiftError(error));
  }
  await letGoOf(run, begun);
  const isLeft = undone.some(({ step }) => step.kind !== 'lock-console');
  for (const planned of undone) {
    // It may be open: after an abort, and after the last step.
    if (isLeft && planned.step.kind === 'lock-console') await runStep(run, planned, 'forward');
  }
  for (const planned of undone.toReversed()) {
    await runStep(run, planned, 'back', lastWait(entries, planned.step.id));
  }
}

/** Whoever asked may have looked before the step that shuts the way was begun. */
function refuseShut({ upgrade, recorder }: Run, entries: readonly JournalEntry[]): void {
  const shut = shutBy(upgrade, entries);
  if (shut === null) return;
  const values = { id: recorder.upgradeId, reason: shut.reason };
  // It is on its way back, and would only be refused again: the ways on are those from an end.
  const hint =
    'End it (abort): what was done stays. Then start the upgrade again to go on from there, or restore what has to go back from its backup.';
  const failure = new SealiftError('UPGRADE_ROLLBACK_SHUT', { values, hint });
  throw new StepFailed(shut.step?.id ?? 'plan', failure);
}

/** What steps hold of others is let go; one whose cluster is away for good must not keep the console locked, so it is told and passed by. */
export async function letGoOf(run: Run, begun: readonly PlannedStep[]): Promise<void> {
  for (const planned of begun) {
    try {
      await letGo(run, planned);
    } catch (error) {
      if (!(error instanceof StepFailed)) throw error;
      await recordFailure(run, 'back', error);
    }
  }
}

/** Writes down that a step cannot go on. @throws RunStopped */
export async function recordFailure(run: Run, direction: Direction, { stepId, failure }: StepFailed): Promise<void> {
  await run.recorder.write(stepId, { phase: 'failure', data: { direction, failure: journalled(failure) } });
}
