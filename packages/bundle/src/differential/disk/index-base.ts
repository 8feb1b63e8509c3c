import { hash } from 'node:crypto';
import { ChunkIndex } from '../chunk-index.ts';
import type { RereadableBlob } from '../make-recipe.ts';
import { segmentsOf } from '../segments.ts';
import { grainData } from '../vmdk-segments.ts';
import { BlockIndex } from './block-index.ts';
import { blockBytes } from './disk-recipe.ts';
import { GrainTable } from './grain-table.ts';
import { zlibOfThread } from './zlib.ts';

/** What a base has, as it is and inflated. */
export interface IndexedBase {
  /** Segments of its blob. */
  readonly segments: ChunkIndex;
  readonly table: GrainTable;
  /** Blocks of its disk. */
  readonly blocks: BlockIndex;
}

/** Reads a base once, and remembers what it has. */
export async function indexBase(
  base: RereadableBlob,
  grainBytes: number,
  onBytes: (bytes: number) => void,
): Promise<IndexedBase> {
  const [segments, table, blocks] = [new ChunkIndex(), new GrainTable(grainBytes), new BlockIndex()];
  const [zlib, content] = [zlibOfThread(), new Uint8Array(grainBytes)];
  let offset = 0;
  for await (const { bytes, grain } of segmentsOf(base.open(), base.size)) {
    onBytes(bytes.length);
    segments.add(hash('sha256', bytes, 'buffer'), offset, bytes.length);
    const inflates = grain?.grainBytes === grainBytes && zlib.inflate(grainData(bytes, grain), content);
    if (inflates && table.add(offset, grain.dataBytes)) {
      const first = (table.diskBytes - grainBytes) / blockBytes;
      for (let block = 0; block * blockBytes < grainBytes; block += 1) {
        const bytesOfBlock = content.subarray(block * blockBytes, (block + 1) * blockBytes);
        if (!isZero(bytesOfBlock)) blocks.add(hash('sha256', bytesOfBlock, 'buffer'), first + block);
      }
    }
    offset += bytes.length;
  }
  return { segments, table, blocks };
}

const zeros = Buffer.alloc(blockBytes);

/** Whether a block holds nothing. */
export function isZero(block: Uint8Array): boolean {
  return zeros.equals(block);
}
