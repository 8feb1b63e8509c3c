import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { type FileHandle, open, statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import { SealiftError } from '@sealift/core/errors';
import { fileWork, hasCode, unwritable } from '@sealift/io/file-errors';
import { writeAll } from '@sealift/io/write-all';
import { type LoggedFile, RangeLog, readRangeLog } from './range-log.ts';

/** What a file that is downloaded must be. */
export interface WantedFile extends LoggedFile {
  /** The SHA-256 of each range, where somebody has signed them. */
  readonly ranges?: readonly string[] | undefined;
}

/** How what is on the disk already is looked at. */
export interface LookOptions {
  /** Told of every chunk that was read. */
  readonly onBytes?: (count: number) => void;
  readonly cancel?: AbortSignal | undefined;
}

const chunkBytes = 1024 * 1024;

/** A file that comes in ranges, in any order, and outlives whoever fetches it. */
export class PartialFile implements AsyncDisposable {
  readonly path: string;
  readonly wanted: WantedFile;
  /** Bytes that were there already when it was opened. */
  readonly keptBytes: number;
  /** Where people look for it, for messages. */
  readonly #shownAs: string;
  readonly #file: FileHandle;
  readonly #log: RangeLog;

  private constructor(path: string, wanted: WantedFile, shownAs: string, file: FileHandle, log: RangeLog) {
    this.path = path;
    this.wanted = wanted;
    this.#shownAs = shownAs;
    this.#file = file;
    this.#log = log;
    this.keptBytes = this.doneBytes;
  }

  /**
   * Opens what an earlier run left, or begins anew. Ranges count that the log says have come, that are what is wanted, and whose bytes on the
   * disk are still what came.
   *
   * @param path its log is beside it, with `.ranges` behind the name
   * @param shownAs the path that people are told
   * @throws FILE_UNWRITABLE, DOWNLOAD_NO_ROOM, CANCELLED
   */
  static async open(path: string, wanted: WantedFile, shownAs: string, looks: LookOptions = {}): Promise<PartialFile> {
    const found = await fileWork(shownAs, () => readRangeLog(logPath(path)));
    const file = await fileWork(shownAs, () => open(path, constants.O_RDWR | constants.O_CREAT, 0o644));
    try {
      const isSame = found !== undefined && isSameFile(found.about, wanted);
      const known = isSame ? await stillThere(file, wanted, found.digests, looks) : new Map<number, string>();
      await demandRoom(file, shownAs, wanted.sizeBytes);
      // Only ever made shorter: some file systems write zeros where a file is made longer.
      const { size } = await file.stat();
      if (size > wanted.sizeBytes) await fileWork(shownAs, () => file.truncate(wanted.sizeBytes));
      return new PartialFile(path, wanted, shownAs, file, await RangeLog.begin(logPath(path), wanted, known));
    } catch (error) {
      await file.close();
      throw error;
    }
  }

  get rangeCount(): number {
    return Math.ceil(this.wanted.sizeBytes / this.wanted.rangeBytes);
  }

  /** Where a range is, in bytes. */
  rangeAt(index: number): { readonly start: number; readonly end: number } {
    const start = index * this.wanted.rangeBytes;
    return { start, end: Math.min(start + this.wanted.rangeBytes, this.wanted.sizeBytes) };
  }

  get missing(): readonly number[] {
    return Array.from({ length: this.rangeCount }, (_, index) => index).filter((index) => !this.has(index));
  }

  has(index: number): boolean {
    return this.#log.digest(index) !== undefined;
  }

  get isWhole(): boolean {
    return this.#log.count === this.rangeCount;
  }

  get doneBytes(): number {
    const last = this.rangeCount - 1;
    const { start, end } = this.rangeAt(last);
    const short = this.has(last) ? this.wanted.rangeBytes - (end - start) : 0;
    return this.#log.count * this.wanted.rangeBytes - short;
  }

  /** Writes bytes that are not known to be right yet. @throws DOWNLOAD_NO_ROOM, FILE_UNWRITABLE */
  async write(chunk: Uint8Array, position: number): Promise<void> {
    await this.#work(() => writeAll(this.#file, chunk, position));
  }

  /** Puts down that the bytes of a range are right, once they are on the disk. @throws as `write` */
  async keep(index: number, sha256: string): Promise<void> {
    await this.#work(() => this.#file.datasync());
    await this.#log.add(index, sha256);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#log[Symbol.asyncDispose]();
    await this.#file.close();
  }

  async #work(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      if (!hasCode(error, 'ENOSPC', 'EDQUOT')) throw unwritable(this.#shownAs, error);
      throw noRoom(this.#shownAs, this.wanted.sizeBytes - this.doneBytes, await freeBytesOf(this.path));
    }
  }
}

function logPath(path: string): string {
  return `${path}.ranges`;
}

/** Whether what came belongs to what is to come. Where digests are signed they alone decide, range by range. */
function isSameFile(found: LoggedFile, { sizeBytes, rangeBytes, validator, ranges }: WantedFile): boolean {
  if (found.rangeBytes !== rangeBytes) return false;
  return ranges !== undefined || (found.sizeBytes === sizeBytes && found.validator === validator);
}

async function stillThere(
  file: FileHandle,
  { sizeBytes, rangeBytes, ranges }: WantedFile,
  digests: ReadonlyMap<number, string>,
  { cancel, onBytes }: LookOptions,
): Promise<ReadonlyMap<number, string>> {
  const buffer = Buffer.allocUnsafe(chunkBytes);
  const found = new Map<number, string>();
  for (const [index, sha256] of digests) {
    const start = index * rangeBytes;
    if (start >= sizeBytes || (ranges !== undefined && ranges[index] !== sha256)) continue;
    const hash = createHash('sha256');
    const end = Math.min(start + rangeBytes, sizeBytes);
    for (let position = start; position < end; ) {
      if (cancel?.aborted === true) throw new SealiftError('CANCELLED');
      const { bytesRead } = await file.read(buffer, 0, Math.min(buffer.length, end - position), position);
      if (bytesRead === 0) break;
      hash.update(buffer.subarray(0, bytesRead));
      position += bytesRead;
      onBytes?.(bytesRead);
    }
    if (hash.digest('hex') === sha256) found.set(index, sha256);
  }
  return found;
}

/** What the file has on the disk already is its own. */
async function demandRoom(file: FileHandle, path: string, sizeBytes: number): Promise<void> {
  const { blocks } = await file.stat();
  const neededBytes = Math.max(0, sizeBytes - blocks * 512);
  const freeBytes = await freeBytesOf(path);
  if (freeBytes !== undefined && freeBytes < neededBytes) throw noRoom(path, neededBytes, freeBytes);
}

async function freeBytesOf(path: string): Promise<number | undefined> {
  return await statfs(dirname(path)).then(
    ({ bavail, bfree, bsize }) => (process.getuid?.() === 0 ? bfree : bavail) * bsize,
    () => undefined,
  );
}

function noRoom(path: string, neededBytes: number, freeBytes = 0): SealiftError {
  return new SealiftError('DOWNLOAD_NO_ROOM', { values: { path, neededBytes, freeBytes }, place: path });
}
