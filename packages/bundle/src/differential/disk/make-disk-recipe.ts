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
import { grainsAtOnce, grainThreads } from './grain-threads.ts';
import { type GrainRoom, GrainRooms } from './grain-rooms.ts';
import type { InflatedGrain } from './grain-thread.ts';
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
  for await (const { segment, grain, copiedFrom, room, inflated } of inOrder(
    piecesOf(target, indexed, onBytes),
    grainsAtOnce,
    (piece) => inflate(piece, rooms),
  )) {
    countPassed(segment.length);
    if (room !== undefined) {
      content.set(room.content);
      rooms.give(room);
    }
    if (grain !== undefined && copiedFrom === undefined) counts.changed += 1;
    if (copiedFrom !== undefined) writer.add({ kind: 'copy', offset: copiedFrom, length: segment.length });
    else if (grain !== undefined && isRebuilt(segment, grain, inflated)) {
      const parts = await finder.find(content, send);
      const { sector, dataBytes } = grain;
      writer.add({ kind: 'grain', grain: { sector, dataBytes, level: inflated.level, parts } });
    } else {
      if (grain !== undefined) counts.kept += 1;
      writer.add({ kind: 'stored', length: segment.length });
      send(segment);
    }
  }
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

interface Piece {
  readonly segment: Buffer;
  readonly grain: Grain | undefined;
  /** Where the base has just this segment. */
  readonly copiedFrom: number | undefined;
  readonly inflatable: boolean;
}

async function* piecesOf(
  target: RereadableBlob,
  { segments, table }: IndexedBase,
  onBytes: (bytes: number) => void,
): AsyncGenerator<Piece, void, undefined> {
  for await (const { bytes, grain } of segmentsOf(target.open(), target.size)) {
    onBytes(bytes.length);
    const copiedFrom = segments.find(hash('sha256', bytes, 'buffer'), bytes.length);
    const inflatable = copiedFrom === undefined && grain?.grainBytes === table.grainBytes;
    // A copy: others are read before it has its turn.
    yield { segment: Buffer.from(bytes), grain, copiedFrom, inflatable };
  }
}

type Inflated = Piece & { readonly room?: GrainRoom; readonly inflated?: InflatedGrain };

async function inflate(piece: Piece, rooms: GrainRooms): Promise<Inflated> {
  const { segment, grain, inflatable } = piece;
  if (!inflatable || grain === undefined) return piece;
  const { dataBytes } = grain;
  const room = rooms.take();
  room.data.set(grainData(segment, grain));
  const inflated = await grainThreads.run('inflate', { module: zlibModule(), room, dataBytes, likely: 6 });
  return { ...piece, room, inflated };
}

/** Whether a grain comes out as it is: what stands around the deflated data is made again too. */
function isRebuilt(
  segment: Buffer,
  grain: Grain,
  inflated: InflatedGrain | undefined,
): inflated is InflatedGrain & { readonly level: number } {
  if (inflated?.level === undefined || grain.grainBytes % blockBytes !== 0) return false;
  return grainSegment(grain.sector, grainData(segment, grain)).equals(segment);
}
