import { serveTasks } from '@sealift/io/task-thread';
import { Zlib, type ZlibModule } from './zlib.ts';

/** A grain that is to be inflated, and to be deflated to the same bytes again. */
export interface DeflatedGrain {
  readonly module: ZlibModule;
  readonly data: Uint8Array;
  /** What it has to be inflated. */
  readonly grainBytes: number;
  /** The level that is most likely. */
  readonly likely: number;
}

/** A grain that is to be deflated. */
export interface InflatedContent {
  readonly module: ZlibModule;
  readonly content: Uint8Array;
  readonly level: number;
}

/** What became of it: no level when none gives the same bytes, no content when it is no grain of that size. */
export interface InflatedGrain {
  readonly content?: Uint8Array;
  readonly level?: number;
}

/** The levels that the second byte of a zlib stream is written at (RFC 1950, "FLEVEL"; zlib's deflate.c). */
const levelsByHint = [[1], [5, 4, 3, 2], [6], [9, 8, 7]] as const;

let zlib: Zlib | undefined;

/** What a thread that works on grains does. */
export const grainTasks = {
  /** Inflates a grain, and looks at which level it was deflated. */
  inflate({ module, data, grainBytes, likely }: DeflatedGrain): InflatedGrain {
    zlib ??= new Zlib(module);
    const content = new Uint8Array(grainBytes);
    if (!zlib.inflate(data, content)) return {};
    const hinted: readonly number[] = levelsByHint[(data[1] ?? 0) >> 6] ?? [];
    for (const level of hinted.toSorted((a, b) => Number(b === likely) - Number(a === likely))) {
      const again = zlib.deflate(content, level);
      if (again !== undefined && Buffer.compare(again, data) === 0) return { content, level };
    }
    return { content };
  },
  /** Deflates a grain. */
  deflate({ module, content, level }: InflatedContent): Uint8Array | undefined {
    zlib ??= new Zlib(module);
    return zlib.deflate(content, level);
  },
};

serveTasks(grainTasks);
