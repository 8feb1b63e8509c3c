import { createGunzip } from 'node:zlib';
import { reasonOf, SealiftError } from '@sealift/core/errors';
import { invalidOva } from './invalid-ova.ts';

/**
 * Unpacks a file that a descriptor calls compressed (DMTF DSP0243, `compression="gzip"`).
 *
 * @throws OVA_INVALID when it is no gzip or ends early, and what its source fails with
 */
export async function* gunzip(
  chunks: AsyncIterable<Uint8Array>,
  name: string,
  place: string,
): AsyncGenerator<Uint8Array, void, undefined> {
  const inflater = createGunzip();
  const closed = new Promise<void>((resolve) => void inflater.once('close', resolve));
  const feed = async (): Promise<void> => {
    for await (const chunk of chunks) {
      // Taken in wholly before the next is asked for, as the memory of chunks is used again.
      const taken = new Promise<void>((resolve) => void inflater.write(chunk, () => resolve()));
      await Promise.race([taken, closed]);
      if (inflater.destroyed) return;
    }
    inflater.end();
  };
  const feeding = feed().catch((error: unknown) => {
    inflater.destroy(error instanceof Error ? error : new Error(String(error)));
  });
  try {
    for await (const chunk of inflater) yield chunk as Uint8Array;
  } catch (error) {
    throw error instanceof SealiftError
      ? error
      : invalidOva(place, `${name} cannot be unpacked: ${reasonOf(error)}`, error);
  } finally {
    inflater.destroy();
    await feeding;
  }
}
