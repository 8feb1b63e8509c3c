import type { Readable } from 'node:stream';
import type { ContentSource } from '@sealift/oci/content';
import type { Digest } from '@sealift/oci/digest';
import { verifiedReadable } from '@sealift/oci/verify-stream';
import { RangeCursor } from './range-cursor.ts';
import { readRecipe } from './read-recipe.ts';

/** A blob in one place. */
export interface LocatedBlob {
  readonly source: ContentSource;
  readonly digest: Digest;
  readonly size: number;
}

/** A blob that is made from another one, and what it is made with. */
export interface Reconstruction {
  readonly digest: Digest;
  readonly size: number;
  readonly base: LocatedBlob;
  readonly recipe: LocatedBlob;
  readonly delta: LocatedBlob;
}

/**
 * Streams the blob that a recipe makes, holding a few chunks of it at a time. The stream fails before its end unless the
 * bytes are those of the digest.
 *
 * @throws as the stream's error: RECIPE_INVALID, CONTENT_DIGEST_MISMATCH, CONTENT_SHORT, or what the sources fail with
 */
export function reconstruct(wanted: Reconstruction): Readable {
  const { digest, size } = wanted;
  return verifiedReadable(pieces(wanted), { digest, size, place: wanted.recipe.digest });
}

async function* pieces(wanted: Reconstruction): AsyncGenerator<Uint8Array, void, undefined> {
  const { base, recipe, delta } = wanted;
  const cursors = { base: cursorOver(base), delta: cursorOver(delta) };
  const bounds = { target: wanted.size, base: base.size, delta: delta.size };
  try {
    const steps = readRecipe(await recipe.source.open(recipe.digest), bounds, recipe.digest);
    for await (const { from, offset, length } of steps) yield* cursors[from].read(offset, length);
  } finally {
    cursors.base.close();
    cursors.delta.close();
  }
}

function cursorOver({ source, digest, size }: LocatedBlob): RangeCursor {
  return new RangeCursor(source, digest, size);
}
