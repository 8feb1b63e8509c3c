import { open } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { removeFile, writeFileAtomically } from '@sealift/io/durable-file';
import { fileSize } from '@sealift/io/file-size';
import type { ByteRange } from '@sealift/oci/content';
import { type ContentDigest, digestAlgorithms, digestFromName } from './content-digest.ts';
import { namesIn, renew } from './files.ts';
import type { StoragePaths } from './paths.ts';
import { ProvenReads } from './proven-reads.ts';
import type { Quota } from './quota.ts';
import type { TurnLock } from './turn-lock.ts';

const readChunkBytes = 1024 * 1024;

/** Which repository holds which blob, and the blobs' bytes. */
export class BlobStore {
  readonly #paths: StoragePaths;
  readonly #repositories: TurnLock;
  readonly #files: TurnLock;

  readonly #reads: ProvenReads;

  /** @param turns by repository name, and at blobs by digest */
  constructor(paths: StoragePaths, turns: { readonly repositories: TurnLock; readonly files: TurnLock }, quota: Quota) {
    this.#reads = new ProvenReads({ paths, quota, files: turns.files });
    this.#paths = paths;
    this.#repositories = turns.repositories;
    this.#files = turns.files;
  }

  /** The blob's size in bytes, or undefined when the repository does not hold it. */
  async size(repository: string, digest: ContentDigest): Promise<number | undefined> {
    if ((await fileSize(this.#paths.blobLink(repository, digest))) === undefined) return undefined;
    return await fileSize(this.#paths.blob(digest));
  }

  /**
   * The bytes, proved at their first reading since the start; undefined when the repository does not hold the blob, or it was damaged.
   *
   * @throws STORAGE_DAMAGED, as the failure of a large blob's stream, before its end
   */
  async read(repository: string, digest: ContentDigest, range?: ByteRange): Promise<Readable | undefined> {
    const size = await this.size(repository, digest);
    if (size === undefined || !(await this.#reads.mayRead(digest, size, range === undefined))) return undefined;
    if (range !== undefined && range.end <= range.start) return Readable.from([]);
    const file = await open(this.#paths.blob(digest), 'r');
    const part = range === undefined ? {} : { start: range.start, end: range.end - 1 };
    const bytes = file.createReadStream({ highWaterMark: readChunkBytes, ...part });
    return range === undefined ? this.#reads.stream(digest, bytes) : bytes;
  }

  /** Makes a blob that is on the disk part of a repository. */
  async link(repository: string, digest: ContentDigest): Promise<void> {
    // Young content is not cleaned up: the blob may have been without a repository until now.
    await this.#files.shared(digest, () => renew(this.#paths.blob(digest)));
    await this.#repositories.shared(repository, () =>
      writeFileAtomically(this.#paths.blobLink(repository, digest), ''),
    );
  }

  /**
   * Whether the repository holds the blob, asked by somebody about to need it: it is not cleaned up for a while, and it is read through first
   * unless it was proved since the start. A damaged one is not there: it has to be pushed again.
   */
  async claim(repository: string, digest: ContentDigest): Promise<number | undefined> {
    const size = await this.#repositories.shared(repository, () => this.claimInTurn(repository, digest));
    // Reading takes long where the blob is large: no turn at the repository is held meanwhile.
    if (size === undefined || !(await this.#reads.isSound(digest))) return undefined;
    return size;
  }

  /** A blob whose bytes were compared with its digest while they were written. */
  written(digest: ContentDigest): void {
    this.#reads.written(digest);
  }

  /** Whether the repository holds the blob, be its bytes good or not, for who has a turn at the repository already; it is not cleaned up for a while. */
  async claimInTurn(repository: string, digest: ContentDigest): Promise<number | undefined> {
    const size = await this.size(repository, digest);
    if (size !== undefined) await renew(this.#paths.blobLink(repository, digest));
    return size;
  }

  /** All blobs of a repository. */
  async digests(repository: string): Promise<ContentDigest[]> {
    const names = (await namesIn(this.#paths.blobLinks(repository))) ?? [];
    return names.map(digestFromName).filter((digest) => digest !== undefined);
  }

  /** Takes a blob over from another repository. @returns false when that one does not hold it, or it is damaged */
  async mount(repository: string, digest: ContentDigest, from: string): Promise<boolean> {
    if ((await this.claim(from, digest)) === undefined) return false;
    await this.link(repository, digest);
    // A clean-up may have been about to remove it.
    if ((await this.size(repository, digest)) !== undefined) return true;
    await this.unlink(repository, digest);
    return false;
  }

  /** Takes the blob out of the repository; its bytes go with the next garbage collection if no other holds it. */
  async unlink(repository: string, digest: ContentDigest): Promise<boolean> {
    return await removeFile(this.#paths.blobLink(repository, digest));
  }
}

/** Everything that is stored, of every algorithm. */
export async function storedDigests(paths: StoragePaths): Promise<ContentDigest[]> {
  const names = await Promise.all(digestAlgorithms.map((algorithm) => namesIn(paths.blobs(algorithm))));
  return names
    .flatMap((some) => some ?? [])
    .map(digestFromName)
    .filter((digest) => digest !== undefined);
}
