import { type ErrorCode, isSealiftError, SealiftError } from '@sealift/core/errors';
import { type RetryRules, withRetry } from '@sealift/io/retry';
import { RetryAfter } from '../registry-client/failures.ts';

/** Failures that pass: a cut line, a busy registry, one that is just being restarted. */
export const passingFailures: readonly ErrorCode[] = ['REGISTRY_UNREACHABLE', 'REGISTRY_BUSY', 'REGISTRY_FAILED'];
/** Between the attempts at one piece of work with a registry. */
export const registryDelaysMs: readonly number[] = [500, 1000, 2000, 4000, 8000];
/** A registry that asks for more than this is not waited for. */
const longestAskedDelayMs = 120_000;

export type PushRetryOptions = Pick<RetryRules, 'cancel' | 'onRetry' | 'position'>;

/**
 * Repeats work that failed for a reason that passes, with growing and jittered pauses, or the one the registry asked for.
 *
 * @throws the last failure; PUSH_CANCELLED
 */
export async function withPushRetry<Result>(
  work: () => Promise<Result>,
  options: PushRetryOptions = {},
): Promise<Result> {
  return await withRetry(work, {
    ...options,
    passes: (error) =>
      isSealiftError(error) && passingFailures.includes(error.code) && (askedMs(error) ?? 0) <= longestAskedDelayMs,
    delaysMs: registryDelaysMs,
    jitter: true,
    askedMs,
    cancelled: (cause) => new SealiftError('PUSH_CANCELLED', { cause }),
  });
}

function askedMs(error: unknown): number | undefined {
  return isSealiftError(error) && error.cause instanceof RetryAfter ? error.cause.delayMs : undefined;
}
