import { open } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { fileSize, writeFileAtomically } from '@sealift/oci/blob-file';
import type { ByteRange } from '@sealift/oci/content';
import type { Digest } from '@sealift/oci/digest';
import { removeFile } from './files.ts';
import type { StoragePaths } from './paths.ts';

const readChunkBytes = 1024 * 1024;

/** Which repository holds which blob, and the blobs' bytes. */
export class BlobStore {
  readonly #paths: StoragePaths;

  constructor(paths: StoragePaths) {
    this.#paths = paths;
  }

  /** The blob's size in bytes, or undefined when the repository does not hold it. */
  async size(repository: string, digest: Digest): Promise<number | undefined> {
    if ((await fileSize(this.#paths.blobLink(repository, digest))) === undefined) return undefined;
    return await fileSize(this.#paths.blob(digest));
  }

  /** The bytes as they are on the disk, or undefined when the repository does not hold the blob. */
  async read(repository: string, digest: Digest, range?: ByteRange): Promise<Readable | undefined> {
    if ((await this.size(repository, digest)) === undefined) return undefined;
    if (range !== undefined && range.end <= range.start) return Readable.from([]);
    const file = await open(this.#paths.blob(digest), 'r');
    const part = range === undefined ? {} : { start: range.start, end: range.end - 1 };
    return file.createReadStream({ highWaterMark: readChunkBytes, ...part });
  }

  /** Makes a blob that is on the disk part of a repository. */
  async link(repository: string, digest: Digest): Promise<void> {
    await writeFileAtomically(this.#paths.blobLink(repository, digest), '');
  }

  /** Takes a blob over from another repository. @returns false when that one does not hold it */
  async mount(repository: string, digest: Digest, from: string): Promise<boolean> {
    if ((await this.size(from, digest)) === undefined) return false;
    await this.link(repository, digest);
    return true;
  }

  /** Takes the blob out of the repository; its bytes go with the next garbage collection if no other holds it. */
  async unlink(repository: string, digest: Digest): Promise<boolean> {
    return await removeFile(this.#paths.blobLink(repository, digest));
  }
}
