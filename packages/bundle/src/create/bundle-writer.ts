import { createHash } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import { SealiftError } from '@sealift/core/errors';
import type { PendingFiles } from '@sealift/io/pending-files';
import { writeAll } from '@sealift/io/write-all';
import { type BackgroundHash, startBackgroundHash } from '../hashing/background-hash.ts';
import { partSuffix } from '../split/parts-list.ts';
import { fileWork } from './disk-room.ts';

export interface BundleWriterOptions {
  readonly output: string;
  readonly files: PendingFiles;
  /** Where one file ends and the next begins, in bytes; the whole length for a bundle in one file. */
  readonly partBytes: number;
  readonly totalBytes: number;
  readonly onProgress?: (doneBytes: number, totalBytes: number) => void;
  readonly cancel?: AbortSignal;
}

/** The file that is being written. */
interface PendingPart {
  readonly file: FileHandle;
  bytes: number;
  /** How much of it is on the disk, or on its way there. */
  flushedBytes: number;
  /** Ends when what is on its way is there; never rejects. */
  flushing: Promise<void> | undefined;
  /** Why some of it could not be written: the system says so once, and not again at the end. */
  flushFailure: unknown;
}

/** The disk begins to write when there is this much: by itself Linux would wait until it must, and the end of the bundle for all of it. */
const flushBytes = 64 * 1024 * 1024;

/** Writes front to back, into as many files as it takes, and hashes what it writes: the whole, and the whole for its signature or each part. */
export class BundleWriter {
  readonly #options: BundleWriterOptions;
  readonly #isSplit: boolean;
  readonly #whole = createHash('sha256');
  /**
   * One file is signed as a whole; of parts only their list is, with the SHA-256 of each. On a thread: BLAKE2b takes as long as everything
   * else together.
   */
  readonly #second: BackgroundHash;
  readonly #parts: { readonly size: number; readonly sha256: string }[] = [];
  #current: PendingPart | undefined;
  #doneBytes = 0;
  #prehash: Buffer = Buffer.alloc(0);

  constructor(options: BundleWriterOptions) {
    const { partBytes, totalBytes } = options;
    this.#options = options;
    this.#isSplit = partBytes < totalBytes;
    this.#second = startBackgroundHash(this.#isSplit ? 'sha256' : 'blake2b512', totalBytes);
  }

  async write(chunk: Uint8Array): Promise<void> {
    const { cancel, onProgress, totalBytes, partBytes } = this.#options;
    for (let rest = chunk; rest.byteLength > 0; ) {
      if (cancel?.aborted === true) throw new SealiftError('CANCELLED');
      this.#current ??= await this.#nextFile();
      const piece = rest.subarray(0, partBytes - this.#current.bytes);
      rest = rest.subarray(piece.byteLength);
      await this.#writeToFile(this.#current, piece);
      this.#doneBytes += piece.byteLength;
      onProgress?.(this.#doneBytes, totalBytes);
      if (this.#current.bytes === partBytes) await this.#endFile(this.#current);
    }
  }

  /**
   * What was written, with everything on the disk. `prehash` is of a bundle in one file alone.
   *
   * @throws BUNDLE_NO_ROOM, BUNDLE_FILE_TOO_LARGE, FILE_UNWRITABLE
   */
  async finish() {
    if (this.#current !== undefined) await this.#endFile(this.#current);
    const sha256 = this.#whole.digest('hex');
    const prehash = this.#prehash;
    return { sha256, prehash: { digest: () => prehash }, parts: this.#parts };
  }

  /** Lets go of files and threads, also when the writing was given up. */
  async close(): Promise<void> {
    // A thread may not read from a number that belongs to another file already.
    await this.#second.end();
    await this.#current?.flushing;
    await this.#current?.file.close();
    this.#current = undefined;
  }

  async #writeToFile(current: PendingPart, piece: Uint8Array): Promise<void> {
    const writing = fileWork(this.#place(), () => writeAll(current.file, piece));
    this.#whole.update(piece);
    await writing;
    this.#second.update({ bytes: piece, fd: current.file.fd, position: current.bytes });
    current.bytes += piece.byteLength;
    if (current.bytes - current.flushedBytes >= flushBytes && current.flushing === undefined) flush(current);
  }

  async #nextFile(): Promise<PendingPart> {
    const number = this.#parts.length + 1;
    const { files } = this.#options;
    const file = await fileWork(this.#place(), () => files.open(partSuffix(number), number === 1 ? 0o755 : 0o644));
    return { file, bytes: 0, flushedBytes: 0, flushing: undefined, flushFailure: undefined };
  }

  async #endFile(current: PendingPart): Promise<void> {
    const digest = await fileWork(this.#place(), async () => {
      await current.flushing;
      const [hex] = await Promise.all([this.#second.digest(), current.file.sync()]);
      if (current.flushFailure !== undefined) throw current.flushFailure;
      return hex;
    });
    if (this.#isSplit) this.#parts.push({ size: current.bytes, sha256: digest });
    else this.#prehash = Buffer.from(digest, 'hex');
    this.#current = undefined;
    await current.file.close();
  }

  #place() {
    return { path: this.#options.output, neededBytes: this.#options.totalBytes };
  }
}

/** Has the disk write what there is, beside what goes on. */
function flush(part: PendingPart): void {
  part.flushedBytes = part.bytes;
  part.flushing = part.file
    .datasync()
    .catch((error: unknown) => {
      part.flushFailure ??= error;
    })
    .finally(() => {
      part.flushing = undefined;
    });
}
