import type { Readable } from 'node:stream';
import type { ContentSource } from '@sealift/oci/content';
import type { Digest } from '@sealift/oci/digest';
import { readBounded, verifiedReadable } from '@sealift/oci/verify-stream';
import { diskRecipeMagic } from './disk/disk-recipe.ts';
import { openDiskRecipe } from './disk/read-disk-recipe.ts';
import { rebuildDisk } from './disk/rebuild-disk.ts';
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
 * @throws as the stream's error: RECIPE_INVALID, BUNDLE_BASE_DAMAGED, CONTENT_DIGEST_MISMATCH, CONTENT_SHORT, or what the sources fail with
 */
export function reconstruct(wanted: Reconstruction): Readable {
  const { digest, size } = wanted;
  return verifiedReadable(pieces(wanted), { digest, size, place: wanted.recipe.digest });
}

async function* pieces(wanted: Reconstruction): AsyncGenerator<Uint8Array, void, undefined> {
  const { base, recipe, delta } = wanted;
  const cursors = { base: cursorOver(base), grains: cursorOver(base), delta: cursorOver(delta) };
  const bounds = { target: wanted.size, base: base.size, delta: delta.size };
  try {
    const rebuildsDisks = (await magicOf(recipe)) === diskRecipeMagic;
    const chunks = await recipe.source.open(recipe.digest);
    if (rebuildsDisks) {
      yield* rebuildDisk(await openDiskRecipe(chunks, bounds, recipe.digest), { baseDigest: base.digest, ...cursors });
      return;
    }
    const steps = readRecipe(chunks, bounds, recipe.digest);
    for await (const { from, offset, length } of steps) yield* cursors[from].read(offset, length);
  } finally {
    cursors.base.close();
    cursors.grains.close();
    cursors.delta.close();
  }
}

function cursorOver({ source, digest, size }: LocatedBlob): RangeCursor {
  return new RangeCursor(source, digest, size);
}

/** What a recipe begins with says how it is to be read. */
async function magicOf({ source, digest, size }: LocatedBlob): Promise<string> {
  const end = Math.min(size, diskRecipeMagic.length);
  return (await readBounded(await source.open(digest, { start: 0, end }), end, digest)).toString('latin1');
}
