import type { SealiftError } from '@sealift/core/errors';
import { type SeenWait, waitingFor } from '@sealift/core/upgrade';

/** What it comes to that a look was not answered. */
export const progressUnknown = 'how far it is there is unknown';

/**
 * What a step waits for after a failure that passes: by itself, or once somebody has mended what it is about.
 *
 * @param isUnheard whether it was a look that failed, so that what is shown is of before
 */
export function failureWait({ message, hint, next, about }: SealiftError, isUnheard: boolean): SeenWait {
  const object = about ?? null;
  if (next === 'wait') return waitingFor(message, { level: 'blocked', object, remedy: hint });
  return waitingFor(`trying again: ${message}`, { object, remedy: hint, impact: isUnheard ? progressUnknown : '' });
}
