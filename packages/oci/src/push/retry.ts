import { setTimeout as delay } from 'node:timers/promises';
import { type ErrorCode, isSealiftError, SealiftError } from '@sealift/core/errors';
import { RetryAfter } from '../registry-client/failures.ts';

/** Failures that pass: a cut line, a busy registry, one that is just being restarted. */
const passing: readonly ErrorCode[] = ['REGISTRY_UNREACHABLE', 'REGISTRY_BUSY', 'REGISTRY_FAILED'];

const attemptLimit = 6;
const firstDelayMs = 250;
const longestDelayMs = 20_000;
/** A registry that asks for more than this is not waited for. */
const longestAskedDelayMs = 120_000;

export interface RetryOptions {
  readonly cancel?: AbortSignal | undefined;
  readonly onRetry?: (attempt: number, delayMs: number, error: SealiftError) => void;
  /** How far the work is; an attempt that came farther than any before does not use the attempts up. */
  readonly position?: () => number;
}

/**
 * Repeats work that failed for a reason that passes, with growing and jittered pauses, or the one the registry asked for.
 *
 * @throws the last failure; PUSH_CANCELLED
 */
export async function withRetry<Result>(work: () => Promise<Result>, options: RetryOptions): Promise<Result> {
  let farthest = options.position?.() ?? 0;
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work();
    } catch (error) {
      if (!isSealiftError(error) || !passing.includes(error.code)) throw error;
      const position = options.position?.() ?? 0;
      if (position > farthest) attempt = 1;
      farthest = Math.max(farthest, position);
      if (attempt === attemptLimit) throw error;
      const asked = error.cause instanceof RetryAfter ? error.cause.delayMs : undefined;
      if (asked !== undefined && asked > longestAskedDelayMs) throw error;
      const backoff = Math.min(longestDelayMs, firstDelayMs * 2 ** attempt) * (0.5 + Math.random() / 2);
      const delayMs = Math.round(asked ?? backoff);
      options.onRetry?.(attempt, delayMs, error);
      await pause(delayMs, options.cancel);
    }
  }
}

async function pause(delayMs: number, cancel: AbortSignal | undefined): Promise<void> {
  try {
    await delay(delayMs, undefined, cancel === undefined ? {} : { signal: cancel });
  } catch (error) {
    throw new SealiftError('PUSH_CANCELLED', { cause: error });
  }
}
