import { SealiftError } from '@sealift/core/errors';

/** Misuse of an option. */
export function usage(reason: string, place: string): SealiftError {
  return new SealiftError('USAGE', { values: { reason }, place });
}
