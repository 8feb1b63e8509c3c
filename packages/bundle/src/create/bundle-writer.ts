import { createHash, type Hash } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import { SealiftError } from '@sealift/core/errors';
import { writeAll } from '@sealift/oci/blob-file';
import type { PendingFiles } from '../files/pending-files.ts';
import { startPrehash } from '../minisign/signature.ts';
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
  readonly hash: Hash | undefined;
  bytes: number;
}

/** Writes front to back, into as many files as it takes, and hashes what it writes: the whole and each part. */
export class BundleWriter {
  readonly #options: BundleWriterOptions;
  /** One file is signed as a whole; of parts only their list is. */
  readonly #prehash: Hash | undefined;
  readonly #whole = createHash('sha256');
  readonly #parts: { readonly size: number; readonly sha256: string }[] = [];
  #current: PendingPart | undefined;
  #doneBytes = 0;

  constructor(options: BundleWriterOptions) {
    this.#options = options;
    this.#prehash = options.partBytes < options.totalBytes ? undefined : startPrehash();
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
      if (this.#current.bytes === partBytes) await this.#endFile();
    }
  }

  /** What was written, once it was closed: every part is on the disk then. */
  digests() {
    return { sha256: this.#whole.digest('hex'), prehash: this.#prehash ?? startPrehash(), parts: this.#parts };
  }

  /** Ends the file that is being written, also when the writing was given up. */
  async close(): Promise<void> {
    if (this.#doneBytes === this.#options.totalBytes) await this.#endFile();
    await this.#current?.file.close();
    this.#current = undefined;
  }

  async #writeToFile(current: PendingPart, piece: Uint8Array): Promise<void> {
    const writing = fileWork(this.#place(), () => writeAll(current.file, piece));
    this.#whole.update(piece);
    this.#prehash?.update(piece);
    current.hash?.update(piece);
    current.bytes += piece.byteLength;
    await writing;
  }

  async #nextFile(): Promise<PendingPart> {
    const number = this.#parts.length + 1;
    const { files } = this.#options;
    const file = await fileWork(this.#place(), () => files.open(partSuffix(number), number === 1 ? 0o755 : 0o644));
    return { file, hash: this.#prehash === undefined ? createHash('sha256') : undefined, bytes: 0 };
  }

  async #endFile(): Promise<void> {
    const current = this.#current;
    if (current === undefined) return;
    await fileWork(this.#place(), () => current.file.sync());
    this.#parts.push({ size: current.bytes, sha256: current.hash?.digest('hex') ?? '' });
    this.#current = undefined;
    await current.file.close();
  }

  #place() {
    return { path: this.#options.output, neededBytes: this.#options.totalBytes };
  }
}
