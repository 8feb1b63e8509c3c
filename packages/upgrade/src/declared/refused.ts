import { SealiftError } from '@sealift/core/errors';

/** That what a release declares may not be done, with why. @param what such as `the migration of the claim harbor/files` */
export function refused(what: string, reason: string, remedy: string): SealiftError {
  return new SealiftError('DECLARED_STEP_REFUSED', { values: { what, reason }, hint: remedy });
}
