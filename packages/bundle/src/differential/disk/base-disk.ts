import { grainData, grainSegmentBytes } from '../vmdk-segments.ts';
import type { GrainTable } from './grain-table.ts';
import { zlibOfThread } from './zlib.ts';

/** Content that is moved by a few blocks is read forth and back. */
const keptGrains = 16;

/** The disk of a base, read grain by grain as it is asked for; the last ones are kept. */
export class BaseDisk {
  readonly #table: GrainTable;
  readonly #read: (offset: number, length: number) => Promise<Buffer>;
  readonly #damaged: (offset: number) => Error;
  readonly #kept = new Map<number, Uint8Array>();
  readonly #zlib = zlibOfThread();
  #stretch = Buffer.alloc(0);

  /**
   * @param read reads the base's blob
   * @param damaged the error for a grain that is not what the table says
   */
  constructor(
    table: GrainTable,
    read: (offset: number, length: number) => Promise<Buffer>,
    damaged: (offset: number) => Error,
  ) {
    this.#table = table;
    this.#read = read;
    this.#damaged = damaged;
  }

  /** Copies a stretch, which must lie inside of the disk, into a buffer. */
  async copy(position: number, into: Uint8Array): Promise<void> {
    const { grainBytes } = this.#table;
    for (let done = 0; done < into.byteLength; ) {
      const at = position + done;
      const grain = await this.#grain(Math.floor(at / grainBytes));
      const part = grain.subarray(at % grainBytes, (at % grainBytes) + into.byteLength - done);
      into.set(part, done);
      done += part.byteLength;
    }
  }

  /** A stretch of the disk. It holds until the next is asked for. */
  async stretch({ start, end }: { readonly start: number; readonly end: number }): Promise<Buffer> {
    if (this.#stretch.length < end - start) this.#stretch = Buffer.alloc(end - start);
    const bytes = this.#stretch.subarray(0, end - start);
    await this.copy(start, bytes);
    return bytes;
  }

  async #grain(index: number): Promise<Uint8Array> {
    const kept = this.#kept.get(index);
    if (kept !== undefined) return kept;
    const { offset, dataBytes } = this.#table.at(index);
    const segment = await this.#read(offset, grainSegmentBytes(dataBytes));
    const grain = this.#room();
    const isStated = segment.readUInt32LE(8) === dataBytes;
    if (!isStated || !this.#zlib.inflate(grainData(segment, { dataBytes }), grain)) throw this.#damaged(offset);
    this.#kept.set(index, grain);
    return grain;
  }

  /** A new buffer, or that of the grain that was read first. */
  #room(): Uint8Array {
    const [oldest] = this.#kept;
    if (oldest === undefined || this.#kept.size < keptGrains) return new Uint8Array(this.#table.grainBytes);
    this.#kept.delete(oldest[0]);
    return oldest[1];
  }
}
