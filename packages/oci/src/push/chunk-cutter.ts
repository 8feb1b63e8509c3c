import { Readable } from 'node:stream';
import { SealiftError } from '@sealift/core/errors';

/**
 * Cuts one stream into pieces of given sizes, each a stream of its own, without holding more than one chunk of the source.
 * The source stays one stream, so that what checks it sees it whole.
 */
export class ChunkCutter {
  readonly #source: Readable;
  readonly #chunks: AsyncIterator<Uint8Array>;
  #rest: Uint8Array = new Uint8Array(0);

  constructor(source: Readable) {
    this.#source = source;
    this.#chunks = (source as AsyncIterable<Uint8Array>)[Symbol.asyncIterator]();
  }

  /** Reads over bytes that need not be sent again. @throws what the source fails with */
  async skip(bytes: number): Promise<void> {
    let left = bytes;
    while (left > 0) left -= (await this.#take(left)).byteLength;
  }

  /** The next `bytes`; has to be read to its end before the next piece is asked for. */
  piece(bytes: number, onBytes: (bytes: number) => void): Readable {
    return Readable.from(this.#piece(bytes, onBytes), { objectMode: false });
  }

  /** Reads the source's end, where it fails if it was not what it should be. @throws what the source fails with */
  async end(): Promise<void> {
    const next = await this.#chunks.next();
    if (next.done !== true) throw ended('goes on');
  }

  /** Lets the source go. */
  close(): void {
    this.#source.destroy();
  }

  async *#piece(bytes: number, onBytes: (bytes: number) => void): AsyncGenerator<Uint8Array, void, undefined> {
    let left = bytes;
    while (left > 0) {
      const part = await this.#take(left);
      left -= part.byteLength;
      yield part;
      onBytes(part.byteLength);
    }
  }

  async #take(atMost: number): Promise<Uint8Array> {
    while (this.#rest.byteLength === 0) {
      const next = await this.#chunks.next();
      if (next.done === true) throw ended('ends');
      this.#rest = next.value;
    }
    const part = this.#rest.subarray(0, atMost);
    this.#rest = this.#rest.subarray(part.byteLength);
    return part;
  }
}

/** Cannot happen with checked content, whose size was compared before. */
function ended(how: string): SealiftError {
  return new SealiftError('INTERNAL', { values: { reason: `the content ${how} elsewhere than its size says` } });
}
