import { setTimeout as delay } from 'node:timers/promises';
import { SealiftError } from '@sealift/core/errors';

/**
 * Waits, in milliseconds.
 *
 * @param cancelled what to fail with when it is cancelled meanwhile
 * @throws CANCELLED, or what `cancelled` makes
 */
export async function pause(
  delayMs: number,
  cancel?: AbortSignal,
  cancelled: (cause: unknown) => Error = (cause) => new SealiftError('CANCELLED', { cause }),
): Promise<void> {
  try {
    await delay(delayMs, undefined, cancel === undefined ? {} : { signal: cancel });
  } catch (error) {
    throw cancelled(error);
  }
}
