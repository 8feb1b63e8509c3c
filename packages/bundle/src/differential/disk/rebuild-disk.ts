import { SealiftError } from '@sealift/core/errors';
import type { Digest } from '@sealift/oci/digest';
import { countPassed } from '@sealift/oci/young-garbage';
import type { RangeCursor } from '../range-cursor.ts';
import { grainData, grainSegmentBytes, writeGrainSegment } from '../vmdk-segments.ts';
import { BaseDisk } from './base-disk.ts';
import type { RebuiltGrain } from './disk-recipe.ts';
import { type GrainRoom, GrainRooms } from './grain-rooms.ts';
import type { GrainTable } from './grain-table.ts';
import { grainsAtOnce, workOnGrain } from './grain-threads.ts';
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

/** Grains and copies are put together into so much before they are handed on: each is sent by itself. */
const handedOnBytes = 256 * 1024;

/** A piece of the blob, or a grain that is still to be deflated. */
type Piece = { readonly bytes: Buffer } | { readonly room: GrainRoom; readonly grain: RebuiltGrain };
/** A grain with its data in its room. */
type Made =
  | { readonly bytes: Buffer }
  | { readonly room: GrainRoom; readonly sector: number; readonly dataBytes: number };

/**
 * Makes the blob of a recipe that rebuilds disks. Grains are deflated on threads, some at a time.
 *
 * @throws RECIPE_INVALID, BUNDLE_BASE_DAMAGED, or what the sources fail with
 */
export async function* rebuildDisk(
  recipe: OpenedDiskRecipe,
  sources: DiskSources,
): AsyncGenerator<Uint8Array, void, undefined> {
  const rooms = new GrainRooms(recipe.table.grainBytes);
  let out = Buffer.allocUnsafe(handedOnBytes);
  let filled = 0;
  for await (const made of inOrder(piecesOf(recipe, sources, rooms), grainsAtOnce, deflated)) {
    const length = 'bytes' in made ? made.bytes.length : grainSegmentBytes(made.dataBytes);
    if (filled + length > out.length) {
      countPassed(filled);
      yield out.subarray(0, filled);
      out = Buffer.allocUnsafe(Math.max(handedOnBytes, length));
      filled = 0;
    }
    const place = out.subarray(filled, filled + length);
    filled += length;
    if ('bytes' in made) {
      place.set(made.bytes);
      continue;
    }
    writeGrainSegment(place, made.sector, grainData(made.room.segment, made));
    rooms.give(made.room);
  }
  yield out.subarray(0, filled);
}

async function deflated(piece: Piece): Promise<Made> {
  if ('bytes' in piece) return piece;
  const { room, grain } = piece;
  const dataBytes = await workOnGrain('deflate', { module: zlibModule(), room, level: grain.level });
  // Another length is found by the digest, as other bytes are.
  return { room, sector: grain.sector, dataBytes: dataBytes ?? grain.dataBytes };
}

async function* piecesOf(
  { table, steps }: OpenedDiskRecipe,
  sources: DiskSources,
  rooms: GrainRooms,
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
      const room = rooms.take();
      await fill(room.content, step.grain, { disk, table, takeDelta, damaged });
      yield { room, grain: step.grain };
      continue;
    }
    for (let done = 0; done < step.length; done += copyBytes) {
      const length = Math.min(copyBytes, step.length - done);
      const isCopy = step.kind === 'copy';
      yield { bytes: await (isCopy ? readFrom(sources.base, step.offset + done, length) : takeDelta(length)) };
    }
  }
}

interface GrainSources {
  readonly disk: BaseDisk;
  readonly table: GrainTable;
  readonly takeDelta: (length: number) => Promise<Buffer>;
  readonly damaged: (offset: number) => Error;
}

async function fill(
  content: Uint8Array,
  { parts }: RebuiltGrain,
  { disk, table, takeDelta, damaged }: GrainSources,
): Promise<void> {
  let at = 0;
  for (const part of parts) {
    const place = content.subarray(at, at + part.length);
    if (part.kind === 'zeros') place.fill(0);
    if (part.kind === 'base') await disk.copy(part.position, place);
    if (part.kind === 'patch') {
      const stretch = await disk.stretch(patchedStretch(part.expected, part.length, table.diskBytes));
      const made = applyPatch(await takeDelta(part.patchBytes), stretch, part.length);
      if (made === undefined) throw damaged(table.at(Math.floor(part.expected / table.grainBytes)).offset);
      place.set(made);
    }
    at += part.length;
  }
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
