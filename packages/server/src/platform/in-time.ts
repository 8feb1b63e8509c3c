import { SealiftError } from '@sealift/core/errors';

/**
 * What a site says in time.
 *
 * @throws SITE_LOOK_TIMEOUT: what it was stopped in would say that somebody stopped it
 */
export async function inTime<Answer>(
  { what, seconds }: { readonly what: string; readonly seconds: number },
  ask: (cancel: AbortSignal) => Promise<Answer>,
): Promise<Answer> {
  const cancel = AbortSignal.timeout(seconds * 1000);
  try {
    return await ask(cancel);
  } catch (error) {
    if (!cancel.aborted) throw error;
    throw new SealiftError('SITE_LOOK_TIMEOUT', { values: { what, seconds }, cause: error });
  }
}
