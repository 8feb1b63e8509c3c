import { grainSegmentBytes } from '../vmdk-segments.ts';

/** What deflate may add to what it cannot shorten. */
export const deflateSlackBytes = 1024;

/** Memory for a grain and for its segment, seen by both sides of a thread: nothing of either is copied from one to the other. */
export interface GrainRoom {
  readonly content: Uint8Array;
  readonly segment: Uint8Array;
}

/** Rooms that are used again and again: thousands of grains would be as many buffers to collect. */
export class GrainRooms {
  readonly #grainBytes: number;
  readonly #free: GrainRoom[] = [];

  /** @param grainBytes of a grain, inflated */
  constructor(grainBytes: number) {
    this.#grainBytes = grainBytes;
  }

  /** One that nobody uses; what is in it is of no meaning. */
  take(): GrainRoom {
    return (
      this.#free.pop() ?? {
        content: new Uint8Array(new SharedArrayBuffer(this.#grainBytes)),
        segment: new Uint8Array(new SharedArrayBuffer(grainSegmentBytes(this.#grainBytes + deflateSlackBytes))),
      }
    );
  }

  /** No thread works in it any more. */
  give(room: GrainRoom): void {
    this.#free.push(room);
  }
}
