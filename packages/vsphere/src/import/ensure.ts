import { isSealiftError } from '@sealift/core/errors';
import { Attempts } from '@sealift/io/retry';

/** About four minutes, which is what vCenter's own service takes to restart: what was sent is worth the wait. */
const defaultDelaysMs = [100, 1000, 2000, 5000, 10_000, 20_000, ...Array.from({ length: 7 }, () => 30_000)];

export interface FinishOptions {
  readonly cancel?: AbortSignal | undefined;
  /** Waits before a step is looked at and done again, in milliseconds. */
  readonly retryDelaysMs?: readonly number[] | undefined;
}

/**
 * Looks, acts, and looks again when that failed for a reason that passes: an effect whose answer was lost, or that another task was
 * in the way of, is not repeated and not given up.
 */
export async function ensure(
  there: () => Promise<boolean>,
  { cancel, retryDelaysMs }: FinishOptions,
  act: () => Promise<void>,
): Promise<void> {
  const attempts = new Attempts({ passes: isPassing, delaysMs: retryDelaysMs ?? defaultDelaysMs, cancel });
  for (;;) {
    try {
      if (await there()) return;
    } catch (error) {
      // The machine itself is gone: there is nothing to come back to.
      if (isSealiftError(error, 'VSPHERE_OBJECT_GONE')) throw error;
      await attempts.pauseAfter(error);
      continue;
    }
    try {
      return await act();
    } catch (error) {
      await attempts.pauseAfter(error);
    }
  }
}

/** Whether a failure says that the same may succeed later. A task that is gone is one of a vCenter that has restarted. */
export function isPassing(error: unknown): boolean {
  return isSealiftError(error) && (error.next === 'retry' || error.next === 'wait');
}
