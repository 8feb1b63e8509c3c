import { constants } from 'node:fs';
import { open, statfs } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { makeFolder } from '@sealift/io/make-folder';
import { canonicalJson } from '@sealift/core/canonical-json';
import { SealiftError } from '@sealift/core/errors';
import { writeFileAtomically } from '@sealift/io/durable-file';
import { fileWork } from '@sealift/io/file-errors';
import { fileSize } from '@sealift/io/file-size';
import { blobPath, writeBlobFile } from '@sealift/oci/blob-file';
import { type Digest, digestOf } from '@sealift/oci/digest';
import { ContentCheck } from '@sealift/oci/verify-stream';
import { manifestPath, type Member, signaturePath } from '../format/manifest.ts';
import { damaged, readFully, readPart } from '../read/bundle-file.ts';
import type { Bundle } from '../read/open-bundle.ts';
import type { VerifiedBundle } from '../read/verify-bundle.ts';
import { readSignature } from './signature-text.ts';
import { type FolderState, removeHalfWritten, stateOf } from './target-folder.ts';

export { defaultFolder } from './target-folder.ts';

export interface PrepareExtractionOptions {
  /** Ask the file system for its free space. */
  readonly checkRoom: boolean;
  /** Refuse any folder that is there, even an empty one. */
  readonly noOverwrite?: boolean;
}

export interface WriteOptions {
  readonly onProgress?: (doneBytes: number, totalBytes: number) => void;
  readonly cancel?: AbortSignal;
}

/** An extraction that can begin: the folder was looked at, and nothing was changed. */
export interface PreparedExtraction {
  /** Absolute. */
  readonly folder: string;
  /** All files that will be there, in bytes. */
  readonly totalBytes: number;
  /**
   * Writes an OCI image layout with `bundle.json` and its signature beside it. Each file appears whole and checked, or not
   * at all; `bundle.json` comes first and `index.json` last, so that a run that was killed is known by the next one, which
   * keeps what is whole, and is never taken for a complete layout.
   *
   * @param verified what proves that every byte of the bundle was verified before
   * @throws FILE_UNWRITABLE, BUNDLE_DAMAGED, CONTENT_*, CANCELLED
   */
  write(verified: VerifiedBundle, options?: WriteOptions): Promise<void>;
}

/** What a file takes on the disk beyond its bytes, at most, with its name in a folder. */
const fileOverheadBytes = 8 * 1024;
const readChunkBytes = 1024 * 1024;
/** Of `index.json` and `oci-layout`. */
const maxSmallBytes = 32 * 1024 * 1024;

/**
 * Looks whether a bundle can be extracted to a folder: it must be new, empty, or hold what the same bundle was
 * extracted to before; and there must be room. One run at a time may write to a folder.
 *
 * @throws EXTRACT_FOLDER_FOREIGN, EXTRACT_NO_ROOM, FILE_UNWRITABLE
 */
export async function prepareExtraction(
  bundle: Bundle,
  folder: string,
  { checkRoom, noOverwrite = false }: PrepareExtractionOptions,
): Promise<PreparedExtraction> {
  const path = resolve(folder);
  const manifestText = canonicalJson(bundle.manifest);
  const state = await stateOf(path, manifestText);
  if (noOverwrite && state !== 'missing') {
    throw new SealiftError('EXTRACT_FOLDER_FOREIGN', { values: { path, reason: 'it exists' }, place: path });
  }
  if (checkRoom) await demandRoom(path, bundle, state);
  const totalBytes = bundle.manifest.members.reduce((total, { size }) => total + size, manifestText.length);
  return {
    folder: path,
    totalBytes,
    write: (verified, options = {}) => {
      if (verified.manifest !== bundle.manifest) throw new TypeError('another bundle was verified');
      return new Extraction(bundle, path, totalBytes, options).run(manifestText);
    },
  };
}

async function demandRoom(folder: string, { manifest }: Bundle, state: FolderState): Promise<void> {
  let neededBytes = manifest.members.length * fileOverheadBytes;
  for (const { path, size } of manifest.members) {
    const present = state === 'same-bundle' ? await fileSize(join(folder, path)) : undefined;
    if (present !== size) neededBytes += size;
  }
  const { bavail, bsize } = await statfs(await nearestFolder(folder));
  const availableBytes = bavail * bsize;
  if (availableBytes >= neededBytes) return;
  throw new SealiftError('EXTRACT_NO_ROOM', { values: { path: folder, availableBytes, neededBytes }, place: folder });
}

/** The folder, or the nearest one above it that is there. */
async function nearestFolder(path: string): Promise<string> {
  for (let folder = path; ; folder = dirname(folder)) {
    const found = await statfs(folder).catch(() => undefined);
    if (found !== undefined || folder === dirname(folder)) return folder;
  }
}

class Extraction {
  readonly #bundle: Bundle;
  readonly #folder: string;
  readonly #totalBytes: number;
  readonly #options: WriteOptions;
  readonly #buffer = Buffer.allocUnsafe(readChunkBytes);
  #doneBytes = 0;

  constructor(bundle: Bundle, folder: string, totalBytes: number, options: WriteOptions) {
    this.#bundle = bundle;
    this.#folder = folder;
    this.#totalBytes = totalBytes;
    this.#options = options;
  }

  async run(manifestText: string): Promise<void> {
    const { members } = this.#bundle.manifest;
    await fileWork(this.#folder, async () => makeFolder(this.#folder));
    await removeHalfWritten(this.#folder);
    await writeFileAtomically(join(this.#folder, manifestPath), manifestText);
    await writeFileAtomically(join(this.#folder, signaturePath), await readSignature(this.#bundle));
    this.#count(manifestText.length);
    const isSmall = ({ path }: Member): boolean => path === 'oci-layout' || path === 'index.json';
    for (const member of members) if (!isSmall(member)) await this.#blob(member);
    const [layout, index] = ['oci-layout', 'index.json'].map((path) => members.find((member) => member.path === path));
    if (layout !== undefined) await this.#small(layout);
    if (index !== undefined) await this.#small(index);
  }

  /** A blob that a run before wrote is read again, since a name proves nothing. */
  async #blob({ offset, sha256, size }: Member): Promise<void> {
    const digest: Digest = `sha256:${sha256}`;
    if (await this.#isThere(digest, size)) return;
    const { file, payloadStart } = this.#bundle;
    const read = async (part: Buffer, position: number): Promise<number> => {
      await readFully(file, part, payloadStart + offset + position);
      return part.length;
    };
    await writeBlobFile(this.#folder, this.#chunks(size, read), { digest, size });
  }

  async #isThere(digest: Digest, size: number): Promise<boolean> {
    const path = blobPath(this.#folder, digest);
    if ((await fileSize(path)) !== size) return false;
    const before = this.#doneBytes;
    try {
      await using file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW);
      const read = async (part: Buffer, position: number): Promise<number> =>
        (await file.read(part, 0, part.length, position)).bytesRead;
      const check = new ContentCheck({ digest, size });
      for await (const chunk of this.#chunks(size, read)) check.update(chunk);
      check.end();
      return true;
    } catch (error) {
      if (error instanceof SealiftError && error.code === 'CANCELLED') throw error;
      // It is not whole, or no file that can be read: it is written anew.
      this.#doneBytes = before;
      return false;
    }
  }

  /** Reads into the one buffer: each chunk is used up before the next is asked for. Ends early where the file does. */
  async *#chunks(
    size: number,
    read: (part: Buffer, position: number) => Promise<number>,
  ): AsyncGenerator<Uint8Array, void, undefined> {
    for (let done = 0; done < size; ) {
      if (this.#options.cancel?.aborted === true) throw new SealiftError('CANCELLED');
      const count = await read(this.#buffer.subarray(0, Math.min(this.#buffer.length, size - done)), done);
      if (count === 0) return;
      yield this.#buffer.subarray(0, count);
      done += count;
      this.#count(count);
    }
  }

  async #small({ path, offset, size, sha256 }: Member): Promise<void> {
    const { file, payloadStart, path: place } = this.#bundle;
    if (size > maxSmallBytes) throw damaged(place, `${path} is larger than ${maxSmallBytes} bytes`);
    const bytes = await readPart(file, payloadStart + offset, size);
    if (digestOf(bytes) !== `sha256:${sha256}`) throw damaged(place, `${path} changed after it was verified`);
    await writeFileAtomically(join(this.#folder, path), bytes);
    this.#count(size);
  }

  #count(bytes: number): void {
    this.#doneBytes += bytes;
    this.#options.onProgress?.(this.#doneBytes, this.#totalBytes);
  }
}
