import type { SealiftError } from '@sealift/core/errors';
import { type SeenWait, waitingFor } from '@sealift/core/upgrade';

/** What a step waits for after a failure that passes: by itself, or once somebody has mended what it is about. */
export function failureWait({ message, hint, next, about }: SealiftError): SeenWait {
  const object = about ?? null;
  if (next !== 'wait') return waitingFor(`trying again: ${message}`, { object, remedy: hint });
  return waitingFor(message, { level: 'blocked', object, remedy: hint });
}
