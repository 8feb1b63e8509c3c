import { SealiftError } from '@sealift/core/errors';

/**
 * Looks for so long at most, also where something that is asked does not hear that it is to end.
 *
 * @throws ADOPT_TOO_LONG, and what looking throws
 */
export async function within<Found>(seconds: number, look: (cancel: AbortSignal) => Promise<Found>): Promise<Found> {
  const deadline = AbortSignal.timeout(seconds * 1000);
  const passed = Promise.withResolvers<never>();
  deadline.addEventListener('abort', () => passed.reject(new SealiftError('ADOPT_TOO_LONG', { values: { seconds } })));
  try {
    return await Promise.race([look(deadline), passed.promise]);
  } catch (error) {
    if (!deadline.aborted) throw error;
    throw new SealiftError('ADOPT_TOO_LONG', { values: { seconds }, cause: error });
  }
}
