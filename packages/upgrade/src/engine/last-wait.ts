import type { JournalEntry, Wait } from '@sealift/core/upgrade';

/** What a step was waiting for when an earlier run was cut. */
export function lastWait(entries: readonly JournalEntry[], stepId: string): Wait | null {
  const last = entries.findLast((entry) => entry.stepId === stepId);
  return last?.phase === 'progress' ? last.data.wait : null;
}
