import { isSealiftError, SealiftError } from '@sealift/core/errors';

/** How long something is waited for. */
export interface Deadline {
  /** In milliseconds. */
  readonly deadlineMs: number;
  readonly cancel?: AbortSignal | undefined;
}

/** The longest that a timer of Node.js can wait. */
const longestMs = 2 ** 31 - 1;

/** Takes note of what stands in the way at the moment, such as an API server that does not answer; undefined when nothing does. */
export type NoteOutage = (failure: unknown) => void;

/**
 * Work that has to be over in time.
 *
 * @param what is waited for, in words that go on with "was not done within"
 * @throws KUBERNETES_TIMEOUT with the last failure as its cause; what the work fails with; CANCELLED
 */
export async function within<Result>(
  what: string,
  { deadlineMs, cancel }: Deadline,
  work: (cancel: AbortSignal, onOutage: NoteOutage) => Promise<Result>,
): Promise<Result> {
  const late = new AbortController();
  let outage: unknown;
  const timer = setTimeout(() => late.abort(), Math.min(deadlineMs, longestMs));
  try {
    const either = cancel === undefined ? late.signal : AbortSignal.any([cancel, late.signal]);
    return await work(either, (failure) => (outage = failure));
  } catch (error) {
    if (!late.signal.aborted || cancel?.aborted === true || !isSealiftError(error, 'CANCELLED')) throw error;
    // Who can't see the object has to mend that first.
    const remedy = isSealiftError(outage) ? { hint: `${outage.message}. ${outage.hint}` } : {};
    const values = { what, seconds: deadlineMs / 1000 };
    throw new SealiftError('KUBERNETES_TIMEOUT', { values, ...remedy, cause: outage ?? error });
  } finally {
    clearTimeout(timer);
  }
}
