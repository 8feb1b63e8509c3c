import { SealiftError } from '@sealift/core/errors';

/** An answer that is not of the API. */
export function unusable(reason: string, place: string, cause?: unknown): SealiftError {
  return new SealiftError('KUBERNETES_ANSWER_INVALID', { values: { reason }, place, cause });
}
