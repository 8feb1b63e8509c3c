import { isSealiftError } from '@sealift/core/errors';

/** Failures of the operating system's network calls that pass (errno(3)). */
const passing = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EAI_AGAIN',
  'EBUSY',
  'ENOTFOUND',
]);

/**
 * Whether the same call may succeed later. Unknown failures get a few more attempts: they may come from a library
 * that does not name its failures, and giving up at once would end an upgrade for a short outage.
 */
export function isTransient(error: unknown, unknownFailuresBefore: number): boolean {
  if (isSealiftError(error)) return error.next === 'retry' || error.next === 'wait';
  return isNamedTransient(error) || unknownFailuresBefore < 4;
}

/** Whether the failure names itself as one that passes, or as a timeout of the call. */
export function isNamedTransient(error: unknown): boolean {
  if (isSealiftError(error)) return error.next === 'retry' || error.next === 'wait';
  if (!(error instanceof Error)) return false;
  if (error.name === 'TimeoutError' || error.name === 'AbortError') return true;
  return 'code' in error && typeof error.code === 'string' && passing.has(error.code);
}
