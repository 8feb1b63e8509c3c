import type { FileHandle } from 'node:fs/promises';
import type { TarSource } from '@sealift/io/tar-member';
import { archiveInvalid } from './archive-invalid.ts';

/** Reads small pieces of a file at growing places; headers of small members come out of one read. */
export class TarFileCursor implements TarSource {
  readonly #file: FileHandle;
  readonly #path: string;
  readonly #total: number;
  readonly #window = Buffer.alloc(128 * 1024);
  #position = 0;
  /** Where in the file the window begins, and how much of it is filled. */
  #start = 0;
  #length = 0;

  constructor(file: FileHandle, path: string, total: number) {
    this.#file = file;
    this.#path = path;
    this.#total = total;
  }

  get position(): number {
    return this.#position;
  }

  seek(position: number): void {
    this.#position = position;
  }

  /** Exactly so many bytes. @throws IMAGE_ARCHIVE_INVALID */
  async read(lengthBytes: number): Promise<Buffer> {
    const at = this.#position;
    if (at + lengthBytes > this.#total) throw archiveInvalid(this.#path, 'it ends in the middle of a header');
    if (at < this.#start || at + lengthBytes > this.#start + this.#length) await this.#fill(at, lengthBytes);
    this.#position += lengthBytes;
    const from = at - this.#start;
    return Buffer.from(this.#window.subarray(from, from + lengthBytes));
  }

  async #fill(at: number, lengthBytes: number): Promise<void> {
    // Where headers stand far apart there is no use in what lies between them.
    const near = at - this.#start - this.#length < this.#window.length;
    const wanted = near ? this.#window.length : Math.max(lengthBytes, 4096);
    const { bytesRead } = await this.#file.read(this.#window, 0, wanted, at);
    this.#start = at;
    this.#length = bytesRead;
    if (bytesRead < lengthBytes) throw archiveInvalid(this.#path, 'it was cut while it was read');
  }
}
