import { isSealiftError, reasonOf } from '@sealift/core/errors';
import type { Retry } from '@sealift/io/retry';
import type { CliContext } from '../context.ts';

/** Tells whoever watches a command that it waits for somebody: what they answered, and when it is tried again. */
export function retryNotice({ progress }: Pick<CliContext, 'progress'>): (retry: Retry) => void {
  return ({ what, attempt, delayMs, error }) => {
    // A token service may be busy on the way to what is asked for.
    const where = isSealiftError(error) ? (error.place ?? what) : what;
    progress.retry?.({ what: where, attempt, delayMs, reason: reasonOf(error) });
  };
}
