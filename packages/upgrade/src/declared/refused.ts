import { SealiftError } from '@sealift/core/errors';

/** What is refused: in words such as `taking over Deployment harbor/web`, and the object that it is about. */
export interface RefusedWork {
  readonly what: string;
  readonly kind: string;
  readonly name: string;
}

/** That what a release declares may not be done, with why. Found before anything of it is changed. */
export function refused({ what, kind, name }: RefusedWork, reason: string, remedy: string): SealiftError {
  return new SealiftError('DECLARED_STEP_REFUSED', { values: { what, reason }, hint: remedy, about: { kind, name } });
}
