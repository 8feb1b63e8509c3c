import type { SealiftError } from '@sealift/core/errors';
import type { JournalledFailure } from '@sealift/core/upgrade';

/** A failure as the journal keeps it. */
export function journalled({ code, message, hint, next, place }: SealiftError): JournalledFailure {
  return { code, message, hint, next, ...(place === undefined ? {} : { place }) };
}

/** A step that cannot go on without a person. */
export class StepFailed extends Error {
  override readonly name = 'StepFailed';
  readonly stepId: string;
  readonly failure: SealiftError;

  constructor(stepId: string, failure: SealiftError) {
    super(failure.message, { cause: failure });
    this.stepId = stepId;
    this.failure = failure;
  }
}
