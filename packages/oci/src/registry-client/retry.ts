import { type ErrorCode, isSealiftError, SealiftError } from '@sealift/core/errors';
import { ConnectionFailure, endedBy, type FailureKind } from '@sealift/io/http/failure';
import { type RetryRules, withRetry } from '@sealift/io/retry';
import { RetryAfter } from './failures.ts';

/** Failures that pass: a cut line, a busy registry, one that is just being restarted. */
export const passingFailures: readonly ErrorCode[] = ['REGISTRY_UNREACHABLE', 'REGISTRY_BUSY', 'REGISTRY_FAILED'];
/** Between the attempts at one piece of work with a registry. */
export const registryDelaysMs: readonly number[] = [500, 1000, 2000, 4000, 8000];
/** A registry that asks for more than this is not waited for. */
const longestAskedDelayMs = 120_000;

/** What a wrong address, port or setting looks like, and what took too long as a whole. */
const lasting: readonly FailureKind[] = ['not-tls', 'not-http', 'handshake', 'deadline', 'proxy-refused'];
/** What passes where the registry has answered before: it is being restarted. Else the address is wrong, and nobody waits for that. */
const lastingAtFirst: readonly FailureKind[] = ['unreachable', 'refused', 'proxy', 'silent', 'other'];

export interface RegistryRetryOptions extends Pick<RetryRules, 'cancel' | 'onRetry' | 'position'> {
  /** `registryDelaysMs` without it. */
  readonly delaysMs?: readonly number[] | undefined;
  /** Whether the registry has answered before, so that it is known to be there; it is without this. */
  readonly hasAnswered?: () => boolean;
}

/**
 * Repeats work that failed for a reason that passes, with growing and jittered pauses, or the one the registry asked for.
 *
 * @throws the last failure; PUSH_CANCELLED
 */
export async function withRegistryRetry<Result>(
  work: () => Promise<Result>,
  { delaysMs = registryDelaysMs, hasAnswered = () => true, ...options }: RegistryRetryOptions = {},
): Promise<Result> {
  return await withRetry(work, {
    ...options,
    passes: (error) => passes(error, hasAnswered()),
    delaysMs,
    jitter: true,
    askedMs,
    cancelled: (cause) => endedInPause(options.cancel, cause),
  });
}

/** A list that is not whole in time is nobody's wish. */
function endedInPause(cancel: AbortSignal | undefined, cause: unknown): SealiftError {
  const failure = cancel === undefined ? undefined : endedBy(cancel, cause);
  if (failure?.kind !== 'deadline') return new SealiftError('PUSH_CANCELLED', { cause });
  return new SealiftError('REGISTRY_UNREACHABLE', { values: { reason: failure.message }, cause: failure });
}

function passes(error: unknown, hasAnswered: boolean): boolean {
  if (!isSealiftError(error) || !passingFailures.includes(error.code)) return false;
  if ((askedMs(error) ?? 0) > longestAskedDelayMs) return false;
  if (!(error.cause instanceof ConnectionFailure)) return error.code !== 'REGISTRY_UNREACHABLE';
  const { kind } = error.cause;
  return !lasting.includes(kind) && (hasAnswered || !lastingAtFirst.includes(kind));
}

function askedMs(error: unknown): number | undefined {
  return isSealiftError(error) && error.cause instanceof RetryAfter ? error.cause.delayMs : undefined;
}
