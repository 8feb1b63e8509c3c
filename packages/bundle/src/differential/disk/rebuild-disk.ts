import { SealiftError } from '@sealift/core/errors';
import type { Digest } from '@sealift/oci/digest';
import { countPassed } from '@sealift/oci/young-garbage';
import type { RangeCursor } from '../range-cursor.ts';
import { grainSegment } from '../vmdk-segments.ts';
import { BaseDisk } from './base-disk.ts';
import type { RebuiltGrain } from './disk-recipe.ts';
import type { GrainTable } from './grain-table.ts';
import { grainsAtOnce, grainThreads } from './grain-threads.ts';
import { inOrder } from './in-order.ts';
import { applyPatch, patchedStretch } from './patch.ts';
import type { OpenedDiskRecipe } from './read-disk-recipe.ts';
import { zlibModule } from './zlib.ts';

/** Where the parts of a blob are read from. */
export interface DiskSources {
  readonly baseDigest: Digest;
  /** For what is copied as it is. */
  readonly base: RangeCursor;
  /** For the grains of the base's disk: they are elsewhere than what is copied. */
  readonly grains: RangeCursor;
  readonly delta: RangeCursor;
}

/** Copies are made in pieces, which wait for the grains before them. */
const copyBytes = 64 * 1024;

/** A piece of the blob, or a grain that is still to be deflated. */
type Piece = { readonly bytes: Buffer } | { readonly content: Buffer; readonly grain: RebuiltGrain };

/**
 * Makes the blob of a recipe that rebuilds disks. Grains are deflated on threads, some at a time.
 *
 * @throws RECIPE_INVALID, BUNDLE_BASE_DAMAGED, or what the sources fail with
 */
export async function* rebuildDisk(
  recipe: OpenedDiskRecipe,
  sources: DiskSources,
): AsyncGenerator<Uint8Array, void, undefined> {
  for await (const bytes of inOrder(piecesOf(recipe, sources), grainsAtOnce, finish)) {
    countPassed(bytes.length);
    yield bytes;
  }
}

async function finish(piece: Piece): Promise<Buffer> {
  if ('bytes' in piece) return piece.bytes;
  const { content, grain } = piece;
  const data = await grainThreads.run('deflate', { module: zlibModule(), content, level: grain.level });
  countPassed(content.length);
  // Another length is found by the digest, as other bytes are.
  return grainSegment(grain.sector, data ?? content);
}

async function* piecesOf(
  { table, steps }: OpenedDiskRecipe,
  sources: DiskSources,
): AsyncGenerator<Piece, void, undefined> {
  const damaged = damageOf(sources.baseDigest);
  const disk = new BaseDisk(table, (offset, length) => readFrom(sources.grains, offset, length), damaged);
  let deltaAt = 0;
  const takeDelta = async (length: number): Promise<Buffer> => {
    deltaAt += length;
    return await readFrom(sources.delta, deltaAt - length, length);
  };
  for await (const step of steps) {
    if (step.kind === 'grain') {
      yield { content: await contentOf(step.grain, disk, table, takeDelta, damaged), grain: step.grain };
      continue;
    }
    for (let done = 0; done < step.length; done += copyBytes) {
      const length = Math.min(copyBytes, step.length - done);
      const isCopy = step.kind === 'copy';
      yield { bytes: await (isCopy ? readFrom(sources.base, step.offset + done, length) : takeDelta(length)) };
    }
  }
}

async function contentOf(
  { parts }: RebuiltGrain,
  disk: BaseDisk,
  table: GrainTable,
  takeDelta: (length: number) => Promise<Buffer>,
  damaged: (offset: number) => Error,
): Promise<Buffer> {
  const content = Buffer.alloc(table.grainBytes);
  let at = 0;
  for (const part of parts) {
    const place = content.subarray(at, at + part.length);
    if (part.kind === 'base') await disk.copy(part.position, place);
    if (part.kind === 'patch') {
      const stretch = await disk.stretch(patchedStretch(part.expected, part.length, table.diskBytes));
      const made = applyPatch(await takeDelta(part.patchBytes), stretch, part.length);
      if (made === undefined) throw damaged(table.at(Math.floor(part.expected / table.grainBytes)).offset);
      place.set(made);
    }
    at += part.length;
  }
  return content;
}

/** The recipe is signed and checked, the base is only looked for: what does not fit is the base's. */
function damageOf(digest: Digest): (offset: number) => SealiftError {
  return (offset) => new SealiftError('BUNDLE_BASE_DAMAGED', { values: { digest, offset }, place: digest });
}

async function readFrom(cursor: RangeCursor, offset: number, length: number): Promise<Buffer> {
  const bytes = Buffer.allocUnsafe(length);
  let done = 0;
  for await (const chunk of cursor.read(offset, length)) {
    bytes.set(chunk, done);
    done += chunk.byteLength;
  }
  return bytes;
}
