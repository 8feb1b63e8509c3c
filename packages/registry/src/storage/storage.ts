import { mkdir } from 'node:fs/promises';
import { SealiftError } from '@sealift/core/errors';
import type { ContentSource } from '@sealift/oci/content';
import type { Digest } from '@sealift/oci/digest';
import { verifiedReadable } from '@sealift/oci/verify-stream';
import { BlobStore } from './blobs.ts';
import { ManifestStore } from './manifests.ts';
import { StoragePaths } from './paths.ts';
import { UploadStore } from './uploads.ts';

export type { StoredManifest } from './manifests.ts';

/** What a registry keeps, in one folder: blobs by digest, repositories, upload sessions. One process at a time. */
export class RegistryStorage {
  readonly blobs: BlobStore;
  readonly manifests: ManifestStore;
  readonly uploads: UploadStore;

  private constructor(paths: StoragePaths) {
    this.blobs = new BlobStore(paths);
    this.manifests = new ManifestStore(paths, this.blobs);
    this.uploads = new UploadStore(paths);
  }

  /** Opens the folder, making it where it is missing. */
  static async open(folder: string): Promise<RegistryStorage> {
    const paths = new StoragePaths(folder);
    for (const path of [paths.blobs, paths.uploads, paths.repositories]) await mkdir(path, { recursive: true });
    return new RegistryStorage(paths);
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
}

function missing(digest: Digest): SealiftError {
  return new SealiftError('CONTENT_MISSING', { values: { digest } });
}
