import { createHash, hash } from 'node:crypto';
import type { Digest } from '@sealift/oci/digest';
import { verified } from '@sealift/oci/verify-stream';
import { countPassed } from '@sealift/oci/young-garbage';
import type { MadeRecipe, RereadableBlob } from '../make-recipe.ts';
import { segmentsOf } from '../segments.ts';
import { type Grain, grainData, grainSegment } from '../vmdk-segments.ts';
import { BaseDisk } from './base-disk.ts';
import { deltaOf } from './disk-delta.ts';
import { blockBytes, DiskRecipeWriter } from './disk-recipe.ts';
import { PartFinder } from './find-parts.ts';
import { endGrainThreads, grainsAtOnce, workOnGrain } from './grain-threads.ts';
import { type GrainRoom, GrainRooms } from './grain-rooms.ts';
import { inOrder } from './in-order.ts';
import { indexBase, type IndexedBase } from './index-base.ts';
import { zlibModule } from './zlib.ts';

/** Content that can also be read in any place. */
export interface RandomBlob extends RereadableBlob {
  readonly read: (offset: number, length: number) => Promise<Buffer>;
}

/**
 * Finds what of a target's disks the base's disks have too, inflated, and wherever it moved to. Every grain that is to be rebuilt
 * was deflated to its own bytes here.
 *
 * @param grainBytes of the target's disks
 * @param onBytes called as both are read, with the number of bytes; it may throw to end the work
 * @throws what reading either fails with
 */
export async function makeDiskRecipe(
  base: RandomBlob,
  target: RereadableBlob,
  grainBytes: number,
  onBytes: (bytes: number) => void = () => undefined,
): Promise<MadeRecipe> {
  const indexed = await indexBase(base, grainBytes, onBytes);
  const disk = baseDiskOf(base, indexed);
  const finder = new PartFinder(indexed.table, indexed.blocks, disk);
  const writer = new DiskRecipeWriter(indexed.table);
  const [deltaHash, counts] = [createHash('sha256'), { delta: 0, changed: 0, kept: 0 }];
  const send = (bytes: Uint8Array): void => {
    deltaHash.update(bytes);
    counts.delta += bytes.byteLength;
  };
  const rooms = new GrainRooms(grainBytes);
  const content = Buffer.alloc(grainBytes);
  for await (const piece of inOrder(piecesOf(target, indexed, rooms, onBytes), grainsAtOnce, inflated)) {
    if (piece.kind === 'copy') {
      writer.add({ kind: 'copy', offset: piece.offset, length: piece.length });
      continue;
    }
    if (piece.grain !== undefined) counts.changed += 1;
    if (piece.kind === 'grain' && isRebuilt(piece)) {
      const { sector, dataBytes } = piece.grain;
      content.set(piece.room.content);
      const parts = await finder.find(content, send);
      writer.add({ kind: 'grain', grain: { sector, dataBytes, level: piece.level, parts } });
    } else {
      const bytes = piece.kind === 'grain' ? Buffer.from(segmentOf(piece)) : piece.bytes;
      if (piece.grain !== undefined) counts.kept += 1;
      writer.add({ kind: 'stored', length: bytes.length });
      send(bytes);
    }
    if (piece.kind === 'grain') rooms.give(piece.room);
  }
  endGrainThreads();
  const recipe = writer.end();
  const digest: Digest = `sha256:${deltaHash.digest('hex')}`;
  const size = counts.delta;
  const open = () => verified(deltaOf({ recipe, base, target, deltaBytes: size }), { digest, size });
  return { recipe, delta: { digest, size, open }, changedGrains: counts.changed, keptGrains: counts.kept };
}

/** The base's disk; a base that is not what it was when it was indexed makes a delta that is not as announced. */
function baseDiskOf(base: RandomBlob, { table }: Pick<IndexedBase, 'table'>): BaseDisk {
  return new BaseDisk(table, base.read, (offset) => new Error(`the base ${base.digest} changed at ${offset}`));
}

/** A segment of the target. Others are read before it has its turn, so it is kept in a room, or copied. */
type Piece =
  /** The base has just this one. */
  | { readonly kind: 'copy'; readonly offset: number; readonly length: number }
  | { readonly kind: 'grain'; readonly grain: Grain; readonly length: number; readonly room: GrainRoom }
  | { readonly kind: 'other'; readonly grain: Grain | undefined; readonly bytes: Buffer };
type GrainPiece = Extract<Piece, { readonly kind: 'grain' }>;
type InflatedPiece = Exclude<Piece, GrainPiece> | (GrainPiece & { readonly level: number | undefined });

async function* piecesOf(
  target: RereadableBlob,
  { segments, table }: IndexedBase,
  rooms: GrainRooms,
  onBytes: (bytes: number) => void,
): AsyncGenerator<Piece, void, undefined> {
  for await (const { bytes, grain } of segmentsOf(target.open(), target.size)) {
    const { length } = bytes;
    onBytes(length);
    const offset = segments.find(hash('sha256', bytes, 'buffer'), length);
    if (offset !== undefined) yield { kind: 'copy', offset, length };
    else if (grain?.grainBytes === table.grainBytes) {
      const room = rooms.take();
      room.segment.set(bytes);
      yield { kind: 'grain', grain, length, room };
    } else {
      countPassed(length);
      yield { kind: 'other', grain, bytes: Buffer.from(bytes) };
    }
  }
}

async function inflated(piece: Piece): Promise<InflatedPiece> {
  if (piece.kind !== 'grain') return piece;
  const { grain, room } = piece;
  const { dataBytes } = grain;
  const { level } = await workOnGrain('inflate', { module: zlibModule(), room, dataBytes, likely: 6 });
  return { ...piece, level };
}

function segmentOf({ room, length }: GrainPiece): Uint8Array {
  return room.segment.subarray(0, length);
}

/** Whether a grain comes out as it is: what stands around the deflated data is made again too. */
function isRebuilt<Inflated extends GrainPiece & { readonly level: number | undefined }>(
  piece: Inflated,
): piece is Inflated & { readonly level: number } {
  if (piece.level === undefined || piece.grain.grainBytes % blockBytes !== 0) return false;
  const segment = segmentOf(piece);
  return grainSegment(piece.grain.sector, grainData(segment, piece.grain)).equals(segment);
}
