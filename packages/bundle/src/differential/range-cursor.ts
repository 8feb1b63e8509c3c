import type { Readable } from 'node:stream';
import { SealiftError } from '@sealift/core/errors';
import type { ContentSource } from '@sealift/oci/content';
import type { Digest } from '@sealift/oci/digest';
import { countPassed } from '@sealift/oci/young-garbage';

/** Reading over this much costs a registry less than answering another request. */
const skipBytes = 1024 * 1024;

/** Reads pieces of one blob, mostly forward: pieces close to one another come from one request. */
export class RangeCursor {
  readonly #source: ContentSource;
  readonly #digest: Digest;
  readonly #sizeBytes: number;
  #stream: Readable | undefined;
  #chunks: AsyncIterator<Uint8Array> | undefined;
  #rest: Uint8Array = new Uint8Array(0);
  #position = 0;

  constructor(source: ContentSource, digest: Digest, sizeBytes: number) {
    this.#source = source;
    this.#digest = digest;
    this.#sizeBytes = sizeBytes;
  }

  /** @throws CONTENT_SHORT, or what the source fails with */
  async *read(offset: number, length: number): AsyncGenerator<Uint8Array, void, undefined> {
    const ahead = offset - this.#position;
    if (this.#chunks === undefined || ahead < 0 || ahead > skipBytes) await this.#open(offset);
    while (this.#position < offset) await this.#take(offset - this.#position);
    for (const end = offset + length; this.#position < end; ) yield await this.#take(end - this.#position);
  }

  /** Lets the file or the connection go. */
  close(): void {
    this.#stream?.destroy();
  }

  async #open(offset: number): Promise<void> {
    this.close();
    this.#stream = await this.#source.open(this.#digest, { start: offset, end: this.#sizeBytes });
    this.#chunks = (this.#stream as AsyncIterable<Uint8Array>)[Symbol.asyncIterator]();
    this.#rest = new Uint8Array(0);
    this.#position = offset;
  }

  async #take(atMost: number): Promise<Uint8Array> {
    while (this.#rest.byteLength === 0) {
      const next = await this.#chunks?.next();
      if (next === undefined || next.done === true) {
        const values = { digest: this.#digest, actualBytes: this.#position, expectedBytes: this.#sizeBytes };
        throw new SealiftError('CONTENT_SHORT', { values });
      }
      this.#rest = next.value;
      countPassed(next.value.byteLength);
    }
    const part = this.#rest.subarray(0, atMost);
    this.#rest = this.#rest.subarray(part.byteLength);
    this.#position += part.byteLength;
    return part;
  }
}
