import { createHash, hash } from 'node:crypto';
import type { Digest } from '@sealift/oci/digest';
import { verified } from '@sealift/oci/verify-stream';
import { ChunkIndex } from './chunk-index.ts';
import { RecipeWriter } from './recipe.ts';
import { segmentsOf } from './segments.ts';

/** Content that can be read more than once, whole and checked. */
export interface RereadableBlob {
  readonly digest: Digest;
  readonly size: number;
  open(): AsyncIterable<Uint8Array>;
}

/** How to make a blob from another one. */
export interface MadeRecipe {
  readonly recipe: Buffer;
  /** The pieces of the target that the base lacks, one behind the other; read from the target again when opened. */
  readonly delta: RereadableBlob;
  /** Grains of the target's disks that the base does not have as they are. */
  readonly changedGrains: number;
  /** Those of them that are sent as they are: nothing known deflates them to the same bytes. */
  readonly keptGrains: number;
}

/**
 * Finds which segments of the target the base has too. Reads each of them once; memory grows with the number of segments,
 * by some 40 bytes each, not with their size.
 *
 * @param onBytes called as both are read, with the number of bytes; it may throw to end the work
 * @throws what reading either fails with
 */
export async function makeRecipe(
  base: RereadableBlob,
  target: RereadableBlob,
  onBytes: (bytes: number) => void = () => undefined,
): Promise<MadeRecipe> {
  const known = await indexOf(base, onBytes);
  const sent = new ChunkIndex();
  const writer = new RecipeWriter();
  const deltaHash = createHash('sha256');
  const ranges = new RangeList();
  let [position, keptGrains] = [0, 0];
  for await (const { bytes: segment, grain } of segmentsOf(target.open(), target.size)) {
    const { length } = segment;
    onBytes(length);
    const key = hash('sha256', segment, 'buffer');
    const inBase = known.find(key, length);
    const inDelta = inBase === undefined ? sent.find(key, length) : undefined;
    if (inBase !== undefined) writer.add({ from: 'base', offset: inBase, length });
    else if (inDelta !== undefined) writer.add({ from: 'delta', offset: inDelta, length });
    else {
      if (grain !== undefined) keptGrains += 1;
      sent.add(key, ranges.totalBytes, length);
      writer.add({ from: 'delta', offset: ranges.totalBytes, length });
      ranges.add(position, length);
      deltaHash.update(segment);
    }
    position += length;
  }
  const digest: Digest = `sha256:${deltaHash.digest('hex')}`;
  const size = ranges.totalBytes;
  return {
    recipe: writer.end(),
    delta: { digest, size, open: () => verified(ranges.pick(target.open()), { digest, size }) },
    changedGrains: keptGrains,
    keptGrains,
  };
}

async function indexOf(base: RereadableBlob, onBytes: (bytes: number) => void): Promise<ChunkIndex> {
  const index = new ChunkIndex();
  let position = 0;
  for await (const { bytes: segment } of segmentsOf(base.open(), base.size)) {
    onBytes(segment.length);
    index.add(hash('sha256', segment, 'buffer'), position, segment.length);
    position += segment.length;
  }
  return index;
}

/** Parts of a stream, in order. */
class RangeList {
  /** Start and end of each, alternating. */
  readonly #bounds: number[] = [];
  totalBytes = 0;

  add(start: number, length: number): void {
    if (this.#bounds.at(-1) === start) this.#bounds[this.#bounds.length - 1] = start + length;
    else this.#bounds.push(start, start + length);
    this.totalBytes += length;
  }

  /** Only the parts; the stream is read to its end, where it fails if it changed meanwhile. */
  async *pick(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void, undefined> {
    let position = 0;
    let next = 0;
    for await (const chunk of chunks) {
      const chunkEnd = position + chunk.byteLength;
      while (next < this.#bounds.length) {
        const start = this.#bounds[next] ?? 0;
        const end = this.#bounds[next + 1] ?? 0;
        if (start >= chunkEnd) break;
        yield chunk.subarray(Math.max(start - position, 0), Math.min(end, chunkEnd) - position);
        if (end > chunkEnd) break;
        next += 2;
      }
      position = chunkEnd;
    }
  }
}
