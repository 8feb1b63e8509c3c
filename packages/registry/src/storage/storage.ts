import { dirname } from 'node:path';
import { makeFolder } from '@sealift/io/make-folder';
import { SealiftError } from '@sealift/core/errors';
import { type FolderLock, lockFolder } from '@sealift/io/folder-lock';
import { removeUnfinished } from '@sealift/io/unfinished';
import type { ContentSource } from '@sealift/oci/content';
import type { Digest } from '@sealift/oci/digest';
import { verifiedReadable } from '@sealift/oci/verify-stream';
import { BlobStore } from './blobs.ts';
import type { ContentDigest } from './content-digest.ts';
import { collectGarbage, type GarbageOptions, type GarbageReport } from './garbage.ts';
import { ManifestStore } from './manifests.ts';
import { StoragePaths } from './paths.ts';
import { Quota } from './quota.ts';
import { TurnLock } from './turn-lock.ts';
import { repositoriesBelow } from './repositories.ts';
import { scrub, type ScrubOptions, type ScrubReport } from './scrub.ts';
import { UploadStore } from './uploads.ts';

export type { GarbageOptions, GarbageReport, RemovedManifest } from './garbage.ts';
export type { StoredManifest } from './manifests.ts';
export type { ScrubOptions, ScrubReport } from './scrub.ts';

export interface StorageOptions {
  /** The most all content together may take, in bytes. */
  readonly quotaBytes?: number | undefined;
  /** The most upload sessions at a time. */
  readonly uploadSessions?: number | undefined;
}

/** What a registry keeps, in one folder: blobs by digest, repositories, upload sessions. One process at a time. */
export class RegistryStorage implements Disposable {
  readonly blobs: BlobStore;
  readonly manifests: ManifestStore;
  readonly uploads: UploadStore;
  readonly #paths: StoragePaths;
  readonly #quota: Quota;
  readonly #lock: FolderLock;
  /** Turns by repository name, and by digest. */
  readonly #repositories = new TurnLock();
  readonly #files = new TurnLock();

  private constructor(paths: StoragePaths, quota: Quota, lock: FolderLock, uploadSessions: number | undefined) {
    this.#paths = paths;
    this.#lock = lock;
    this.#quota = quota;
    const turns = { repositories: this.#repositories, files: this.#files };
    this.blobs = new BlobStore(paths, turns, quota);
    this.manifests = new ManifestStore(
      paths,
      this.blobs,
      { repositories: this.#repositories, files: this.#files },
      quota,
    );
    const onWritten = (digest: ContentDigest): void => this.blobs.written(digest);
    this.uploads = new UploadStore(paths, quota, this.#files, onWritten, uploadSessions);
  }

  /**
   * Opens the folder, making it where it is missing.
   *
   * @throws STORAGE_IN_USE while it is open, here or in another process
   */
  static async open(folder: string, options: StorageOptions = {}): Promise<RegistryStorage> {
    const paths = new StoragePaths(folder);
    for (const path of [paths.blobs('sha256'), paths.uploads, paths.repositories]) makeFolder(path);
    const lock = lockFolder(
      folder,
      ({ pid, host }) => new SealiftError('STORAGE_IN_USE', { place: folder, values: { path: folder, pid, host } }),
    );
    try {
      await removeUnfinished(dirname(paths.blobs('sha256')), 0);
      return new RegistryStorage(paths, await Quota.measure(paths, options.quotaBytes), lock, options.uploadSessions);
    } catch (error) {
      lock.release();
      throw error;
    }
  }

  /** Gives the folder to the next process; nothing may write to it any more. */
  close(): void {
    this.#lock.release();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  /** Bytes of all blobs and upload sessions together. */
  get usedBytes(): number {
    return this.#quota.usedBytes;
  }

  /** A repository as a place to read blobs from, without HTTP. */
  source(repository: string): ContentSource {
    return {
      size: (digest) => this.blobs.size(repository, digest),
      open: async (digest, range) => {
        const size = await this.blobs.size(repository, digest);
        const stream = await this.blobs.read(repository, digest, range);
        if (stream === undefined) throw missing(digest);
        return range === undefined ? verifiedReadable(stream, { digest, size }) : stream;
      },
    };
  }

  /**
   * Repositories that hold a manifest, in code unit order.
   *
   * @param after those whose names come later
   * @param limit the most that are given
   */
  async repositories({ after = '', limit }: { readonly after?: string; readonly limit: number }): Promise<string[]> {
    const names = (await repositoriesBelow(this.#paths.repositories)).filter((name) => name > after).sort();
    const found: string[] = [];
    for (const name of names) {
      if (found.length === limit) break;
      if ((await this.manifests.digests(name)).length > 0) found.push(name);
    }
    return found;
  }

  /** Removes what no tag and no kept digest leads to; pushes may go on meanwhile. */
  async collectGarbage(options: GarbageOptions = {}): Promise<GarbageReport> {
    const { blobs, manifests, uploads } = this;
    return await collectGarbage(
      {
        paths: this.#paths,
        blobs,
        manifests,
        uploads,
        repositories: this.#repositories,
        files: this.#files,
        quota: this.#quota,
      },
      options,
    );
  }

  /** Reads everything and puts aside what is damaged. */
  async scrub(options: ScrubOptions = {}): Promise<ScrubReport> {
    return await scrub(this.#paths, this.#quota, this.#files, options);
  }
}

function missing(digest: Digest): SealiftError {
  return new SealiftError('CONTENT_MISSING', { values: { digest } });
}
