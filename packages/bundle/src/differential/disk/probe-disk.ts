import { type RereadableBlob } from '../make-recipe.ts';
import { segmentsOf } from '../segments.ts';
import { blockBytes } from './disk-recipe.ts';
import { GrainRooms } from './grain-rooms.ts';
import { workOnGrain } from './grain-threads.ts';
import { zlibModule } from './zlib.ts';

/** What stands before the first disk of an OVA are a few kilobytes. */
const segmentsBeforeGrains = 256;
/** So many grains are tried before an encoder counts as unknown. */
const triedGrains = 16;

/** What is known of the disks in a blob. */
export interface ProbedDisk {
  readonly grainBytes: number;
  /** Whether one of its first grains can be deflated to the same bytes again. */
  readonly known: boolean;
}

/**
 * Looks whether content holds a stream-optimized disk, and whether what deflated it is known.
 *
 * @returns undefined when it holds no disk
 */
export async function probeDisk(blob: Pick<RereadableBlob, 'open' | 'size'>): Promise<ProbedDisk | undefined> {
  let [before, tried, grainBytes] = [0, 0, 0];
  for await (const { bytes, grain } of segmentsOf(blob.open(), blob.size)) {
    if (grain === undefined || grain.grainBytes % blockBytes !== 0) {
      before += 1;
      if (before === segmentsBeforeGrains) break;
      continue;
    }
    ({ grainBytes } = grain);
    const room = new GrainRooms(grainBytes).take();
    room.segment.set(bytes);
    const { dataBytes } = grain;
    const { level } = await workOnGrain('inflate', { module: zlibModule(), room, dataBytes, likely: 6 });
    if (level !== undefined) return { grainBytes, known: true };
    tried += 1;
    if (tried === triedGrains) break;
  }
  return tried === 0 ? undefined : { grainBytes, known: false };
}
