import type { Readable } from 'node:stream';
import { ChunkCutter } from './chunk-cutter.ts';

/**
 * The pieces of one blob, one after the other. One that is wanted again (a login that ended, a redirect, a piece that was too large) is
 * read anew from the blob's begin, so that all of it is hashed.
 */
export class Pieces implements Disposable {
  readonly #open: () => Promise<Readable>;
  #cutter: ChunkCutter | undefined;
  /** Where the cutter is, in bytes, once the piece that was opened last is read. */
  #offset = 0;

  constructor(open: () => Promise<Readable>) {
    this.#open = open;
  }

  /** The piece from `offset` on, `size` bytes; `onBytes` is told how far the blob is, and by how much more. */
  async open(offset: number, size: number, onBytes: (position: number, bytes: number) => void): Promise<Readable> {
    const cutter = await this.#at(offset);
    this.#offset = offset + size;
    let position = offset;
    return cutter.piece(size, (bytes) => {
      position += bytes;
      onBytes(position, bytes);
    });
  }

  /** Reads the end of a blob of this size, where it fails if it was not what it should be. */
  async end(size: number): Promise<void> {
    await (await this.#at(size)).end();
  }

  [Symbol.dispose](): void {
    this.#cutter?.close();
  }

  async #at(offset: number): Promise<ChunkCutter> {
    if (this.#cutter !== undefined && this.#offset === offset) return this.#cutter;
    this.#cutter?.close();
    this.#cutter = new ChunkCutter(await this.#open());
    await this.#cutter.skip(offset);
    this.#offset = offset;
    return this.#cutter;
  }
}
