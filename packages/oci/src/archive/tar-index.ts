import { type FileHandle, open } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { SealiftError } from '@sealift/core/errors';
import { hasCode } from '@sealift/io/file-errors';
import { entryPath } from '../pack-artifact/entry-path.ts';
import type { ByteRange } from '../content.ts';
import { readBounded } from '../verify-stream.ts';
import { archiveInvalid } from './archive-invalid.ts';
import { linkTarget, memberLimit, readMembers } from './tar-members.ts';

/** A regular file inside a tar: where its content stands, in bytes. */
export interface TarFile {
  readonly offset: number;
  readonly size: number;
}

const linkLimit = 8;
const readChunkBytes = 256 * 1024;

/**
 * A tar file whose members are read in place: nothing is unpacked, and of the content only what is asked for is read.
 * Its headers are read once, all of them, so an archive of many gigabytes opens in milliseconds.
 */
export class TarIndex implements AsyncDisposable {
  readonly path: string;
  readonly #file: FileHandle;
  readonly #files: ReadonlyMap<string, TarFile>;
  readonly #links: ReadonlyMap<string, string>;

  private constructor(
    path: string,
    file: FileHandle,
    files: ReadonlyMap<string, TarFile>,
    links: ReadonlyMap<string, string>,
  ) {
    this.path = path;
    this.#file = file;
    this.#files = files;
    this.#links = links;
  }

  /**
   * Opens a tar (ustar, pax or GNU). Compressed ones are refused: their members can only be read from the start.
   *
   * @throws FILE_NOT_FOUND, FILE_UNREADABLE, IMAGE_ARCHIVE_INVALID
   */
  static async open(path: string): Promise<TarIndex> {
    const file = await openFile(path);
    try {
      const files = new Map<string, TarFile>();
      const links = new Map<string, string>();
      let count = 0;
      for await (const { name, kind, linkName, offset, sizeBytes } of readMembers(file, path)) {
        count += 1;
        if (count > memberLimit) throw archiveInvalid(path, `it has more than ${memberLimit} members`);
        const plain = entryPath(name);
        const shown = JSON.stringify(name.slice(0, 100));
        if (plain === undefined) throw archiveInvalid(path, `the path ${shown} leads out of it`);
        if (kind === 'directory') continue;
        if (plain === '') throw archiveInvalid(path, 'it has a member without a name');
        if (files.has(plain) || links.has(plain)) throw archiveInvalid(path, `${shown} is in it twice`);
        if (kind === 'file') files.set(plain, { offset, size: sizeBytes });
        else links.set(plain, linkTarget(plain, linkName, kind, path));
      }
      return new TarIndex(path, file, files, links);
    } catch (error) {
      await file.close();
      throw error;
    }
  }

  /** The file under a path, links inside the archive followed; undefined when there is none. */
  find(path: string): TarFile | undefined {
    let at = entryPath(path) ?? path;
    for (let hops = 0; hops <= linkLimit; hops += 1) {
      const file = this.#files.get(at);
      if (file !== undefined) return file;
      const next = this.#links.get(at);
      if (next === undefined) return undefined;
      at = next;
    }
    throw archiveInvalid(this.path, `${JSON.stringify(path.slice(0, 100))} is a link to a link to a link`);
  }

  /** Paths of all regular files. */
  paths(): IterableIterator<string> {
    return this.#files.keys();
  }

  /** A file's bytes, or a part of them, unchecked. */
  stream({ offset, size }: TarFile, range: ByteRange = { start: 0, end: size }): Readable {
    const end = Math.min(range.end, size);
    if (end <= range.start) return Readable.from([]);
    return Readable.from(chunksOf(this.#file, this.path, offset + range.start, offset + end), { objectMode: false });
  }

  /** The bytes of a small file. @throws IMAGE_ARCHIVE_INVALID when there is none, INPUT_TOO_LARGE */
  async read(path: string, limitBytes: number): Promise<Buffer> {
    const file = this.find(path);
    if (file === undefined) throw archiveInvalid(this.path, `it holds no ${JSON.stringify(path.slice(0, 200))}`);
    return await readBounded(this.stream(file), limitBytes, path, this.path);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#file.close();
  }
}

/** A stream of Node's own would close the file when its reader goes away. */
async function* chunksOf(
  file: FileHandle,
  path: string,
  start: number,
  end: number,
): AsyncGenerator<Buffer, void, undefined> {
  for (let at = start; at < end; ) {
    const length = Math.min(readChunkBytes, end - at);
    const { bytesRead, buffer } = await file.read(Buffer.allocUnsafe(length), 0, length, at);
    if (bytesRead === 0) throw archiveInvalid(path, 'it was cut while it was read');
    at += bytesRead;
    yield buffer.subarray(0, bytesRead);
  }
}

async function openFile(path: string): Promise<FileHandle> {
  try {
    const file = await open(path, 'r');
    if ((await file.stat()).isFile()) return file;
    await file.close();
  } catch (error) {
    if (hasCode(error, 'ENOENT')) {
      throw new SealiftError('FILE_NOT_FOUND', { values: { path }, cause: error });
    }
    throw new SealiftError('FILE_UNREADABLE', { values: { path, reason: String(error) }, cause: error });
  }
  throw archiveInvalid(path, 'it is not a regular file');
}
