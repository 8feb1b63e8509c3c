const capacityBytes = 2 * 1024 * 1024;

/**
 * The front of a stream, held in one buffer of fixed size, so that content can be looked at before it is cut. What it gives is
 * a view that holds until the next call. Disposing of it ends the stream, however much of it was taken.
 */
export class ByteWindow implements AsyncDisposable {
  readonly #chunks: AsyncIterator<Uint8Array>;
  readonly #buffer = Buffer.allocUnsafe(capacityBytes);
  #start = 0;
  #end = 0;
  #position = 0;
  #pending: Uint8Array = new Uint8Array(0);
  #ended = false;

  constructor(chunks: AsyncIterable<Uint8Array>) {
    this.#chunks = chunks[Symbol.asyncIterator]();
  }

  /** Bytes taken so far. */
  get position(): number {
    return this.#position;
  }

  /** The next bytes, without taking them: fewer than asked for only at the end of the stream. At most 1 MiB. */
  async peek(bytes: number): Promise<Buffer> {
    while (this.#end - this.#start < bytes && !this.#ended) await this.#fill();
    return this.#buffer.subarray(this.#start, Math.min(this.#end, this.#start + bytes));
  }

  /** Takes bytes that have been peeked at. */
  take(bytes: number): Buffer {
    const taken = this.#buffer.subarray(this.#start, Math.min(this.#end, this.#start + bytes));
    this.#start += taken.length;
    this.#position += taken.length;
    return taken;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#chunks.return?.();
  }

  async #fill(): Promise<void> {
    if (this.#pending.byteLength === 0) {
      const next = await this.#chunks.next();
      if (next.done === true) this.#ended = true;
      else this.#pending = next.value;
    }
    if (this.#buffer.length - this.#end < this.#pending.byteLength) {
      this.#buffer.copyWithin(0, this.#start, this.#end);
      this.#end -= this.#start;
      this.#start = 0;
    }
    const part = this.#pending.subarray(0, this.#buffer.length - this.#end);
    this.#buffer.set(part, this.#end);
    this.#end += part.byteLength;
    this.#pending = this.#pending.subarray(part.byteLength);
  }
}
