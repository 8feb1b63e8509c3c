import { grainData } from '../vmdk-segments.ts';
import { deflateSlackBytes, type GrainRoom } from './grain-rooms.ts';
import { type ZlibModule, zlibOfThread } from './zlib.ts';

/** A grain that is to be inflated, and to be deflated to the same bytes again. */
export interface DeflatedGrain {
  readonly module: ZlibModule;
  /** Its segment; its content is put beside it. */
  readonly room: GrainRoom;
  readonly dataBytes: number;
  /** The level that is most likely. */
  readonly likely: number;
}

/** A grain that is to be deflated. */
export interface InflatedContent {
  readonly module: ZlibModule;
  /** Its content; its data is put into its segment. */
  readonly room: GrainRoom;
  readonly level: number;
}

/** What became of it. */
export interface InflatedGrain {
  /** Whether it is a grain of that size. */
  readonly inflates: boolean;
  /** At which it is deflated to the same bytes; undefined where none does. */
  readonly level: number | undefined;
}

/** The levels that the second byte of a zlib stream is written at (RFC 1950, "FLEVEL"; zlib's deflate.c). */
const levelsByHint = [[1], [5, 4, 3, 2], [6], [9, 8, 7]] as const;

/** What is done with grains, on the thread that calls it. */
export const grainTasks = {
  /** Inflates a grain, and looks at which level it was deflated. */
  inflate({ module, room: { content, segment }, dataBytes, likely }: DeflatedGrain): InflatedGrain {
    const zlib = zlibOfThread(module);
    const data = grainData(segment, { dataBytes });
    if (!zlib.inflate(data, content)) return { inflates: false, level: undefined };
    const hinted: readonly number[] = levelsByHint[(data[1] ?? 0) >> 6] ?? [];
    const levels = hinted.toSorted((a, b) => Number(b === likely) - Number(a === likely));
    return { inflates: true, level: levels.find((level) => zlib.deflatesTo(content, level, data)) };
  },
  /** Deflates a grain. @returns how many bytes its data has; undefined when it is longer than its room */
  deflate({ module, room: { content, segment }, level }: InflatedContent): number | undefined {
    const data = grainData(segment, { dataBytes: content.length + deflateSlackBytes });
    return zlibOfThread(module).deflateInto(content, level, data);
  },
};
