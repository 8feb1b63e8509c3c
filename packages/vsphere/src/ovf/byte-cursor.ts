import { createHash, type Hash } from 'node:crypto';
import type { ByteSource } from './byte-source.ts';
import { invalidOva } from './invalid-ova.ts';

/** A place to go back to, with the hash of everything before it. */
export interface Mark {
  readonly position: number;
  readonly hash: Hash;
}

/** Reads a source from its first byte to its last, once, and hashes all of it on the way. */
export class ByteCursor {
  readonly #source: ByteSource;
  readonly #cancel: AbortSignal | undefined;
  #iterator: AsyncIterator<Uint8Array> | undefined;
  #pending: Uint8Array = new Uint8Array();
  #position = 0;
  #hash = createHash('sha256');

  constructor(source: ByteSource, cancel: AbortSignal | undefined) {
    this.#source = source;
    this.#cancel = cancel;
  }

  /** In bytes from the start of the source. */
  get position(): number {
    return this.#position;
  }

  mark(): Mark {
    return { position: this.#position, hash: this.#hash.copy() };
  }

  /** Goes back, or on after a cut: the source is opened anew at the mark. */
  async rewind({ position, hash }: Mark): Promise<void> {
    if (position === this.#position) return;
    await this.close();
    this.#position = position;
    this.#hash = hash.copy();
  }

  /** Exactly so many bytes. @throws OVA_INVALID when the source ends before */
  async read(lengthBytes: number): Promise<Buffer> {
    return await gather(this.stream(lengthBytes), lengthBytes);
  }

  /** Exactly so many bytes, as they come. @throws OVA_INVALID when the source ends before */
  async *stream(lengthBytes: number): AsyncGenerator<Uint8Array, void, undefined> {
    for (let left = lengthBytes; left > 0; ) {
      const part = await this.#take(left);
      if (part === undefined) {
        throw invalidOva(this.#source.place, `it ends after ${this.#position} bytes, inside of its content`);
      }
      left -= part.byteLength;
      yield part;
    }
  }

  /** Whether nothing is left. */
  async isAtEnd(): Promise<boolean> {
    return !(await this.#fill());
  }

  /** Reads to the end. @returns the SHA-256 of the whole source, in hex */
  async end(): Promise<string> {
    while ((await this.#take(Number.MAX_SAFE_INTEGER)) !== undefined);
    await this.close();
    return this.#hash.copy().digest('hex');
  }

  async close(): Promise<void> {
    const iterator = this.#iterator;
    this.#iterator = undefined;
    this.#pending = new Uint8Array();
    await iterator?.return?.();
  }

  /** Sees to it that something is pending. @returns false at the end */
  async #fill(): Promise<boolean> {
    while (this.#pending.byteLength === 0) {
      this.#iterator ??= this.#source.open(this.#position, this.#cancel)[Symbol.asyncIterator]();
      const next = await this.#iterator.next();
      if (next.done === true) return false;
      this.#pending = next.value;
    }
    return true;
  }

  async #take(most: number): Promise<Uint8Array | undefined> {
    if (!(await this.#fill())) return undefined;
    const part = this.#pending.subarray(0, most);
    this.#pending = this.#pending.subarray(part.byteLength);
    this.#position += part.byteLength;
    this.#hash.update(part);
    return part;
  }
}

/** Chunks as one, copied as they come. */
export async function gather(chunks: AsyncIterable<Uint8Array>, lengthBytes: number): Promise<Buffer> {
  const whole = Buffer.alloc(lengthBytes);
  let at = 0;
  for await (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.byteLength;
  }
  return whole;
}
