import { serveTasks } from '@sealift/io/task-thread';
import { inflatedGrain } from './inflated-grain.ts';
import { Deflater, type ZlibModule } from './zlib.ts';

/** A grain that is to be inflated, and to be deflated to the same bytes again. */
export interface DeflatedGrain {
  readonly zlib: ZlibModule;
  readonly data: Uint8Array;
  /** What it has to be inflated. */
  readonly grainBytes: number;
  /** The level that is most likely. */
  readonly likely: number;
}

/** What became of it: no level when none gives the same bytes, no content when it is no grain of that size. */
export interface InflatedGrain {
  readonly content?: Uint8Array;
  readonly level?: number;
}

/** The levels that the second byte of a zlib stream is written at (RFC 1950, "FLEVEL"; zlib's deflate.c). */
const levelsByHint = [[1], [5, 4, 3, 2], [6], [9, 8, 7]] as const;

let deflater: Deflater | undefined;

/** What a thread that works on grains does. */
export const grainTasks = {
  /** Inflates a grain, and looks at which level it was deflated. */
  inflate({ zlib, data, grainBytes, likely }: DeflatedGrain): InflatedGrain {
    const content = inflatedGrain(data, grainBytes);
    if (content === undefined) return {};
    deflater ??= new Deflater(zlib);
    const hinted: readonly number[] = levelsByHint[(data[1] ?? 0) >> 6] ?? [];
    for (const level of hinted.toSorted((a, b) => Number(b === likely) - Number(a === likely))) {
      const again = deflater.deflate(content, level);
      if (again !== undefined && Buffer.compare(again, data) === 0) return { content, level };
    }
    return { content };
  },
  /** Deflates a grain. */
  deflate({ zlib, content, level }: { zlib: ZlibModule; content: Uint8Array; level: number }): Uint8Array | undefined {
    deflater ??= new Deflater(zlib);
    return deflater.deflate(content, level);
  },
};

serveTasks(grainTasks);
