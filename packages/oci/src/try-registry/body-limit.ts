import { Readable } from 'node:stream';
import { isSealiftError } from '@sealift/core/errors';
import type { RegistryClient } from '../registry-client/client.ts';

const kibibyte = 1024;
/** Larger pieces are not sent by anything of ours. */
const largestBytes = 16 * 1024 * kibibyte;
/** A registry that takes no more than this is of no use. */
const smallestBytes = 64 * kibibyte;
/** How close the limit is looked for, once it is known to lie between a size and twice that. */
const bisections = 3;

/** The largest request that was taken and the smallest that was not, in bytes; undefined where there is none. */
export interface BodyLimit {
  readonly taken: number | undefined;
  readonly refused: number | undefined;
}

/**
 * Finds out how large a request may be, by chunks of upload sessions that are given up: nothing of them stays. At most 48 MiB are sent, and what
 * is refused is mostly refused before it is sent.
 *
 * @throws what a chunk fails with for another reason than its size, such as REGISTRY_REFUSED where chunks are not taken
 */
export async function findBodyLimit(client: RegistryClient, repository: string): Promise<BodyLimit> {
  let refused: number | undefined;
  let taken: number | undefined;
  for (let size = largestBytes; size >= smallestBytes && taken === undefined; size /= 2) {
    if (await takes(client, repository, size)) taken = size;
    else refused = size;
  }
  if (taken === undefined || refused === undefined) return { taken, refused };
  for (let step = 0; step < bisections; step += 1) {
    const middle = Math.round((taken + refused) / 2);
    if (await takes(client, repository, middle)) taken = middle;
    else refused = middle;
  }
  return { taken, refused };
}

async function takes(client: RegistryClient, repository: string, size: number): Promise<boolean> {
  const session = await client.uploads.start(repository);
  try {
    // Its address changes with the chunk at some registries, and is only known where that was taken.
    await client.uploads.cancel(await client.uploads.append(session, size, () => Promise.resolve(zeros(size))));
    return true;
  } catch (error) {
    await client.uploads.cancel(session);
    if (isSealiftError(error, 'REGISTRY_BODY_LIMIT')) return false;
    throw error;
  }
}

function zeros(size: number): Readable {
  const piece = Buffer.alloc(smallestBytes);
  const pieces = function* (): Generator<Buffer> {
    for (let left = size; left > 0; left -= piece.length) yield piece.subarray(0, Math.min(left, piece.length));
  };
  return Readable.from(pieces(), { objectMode: false });
}
