import { Readable } from 'node:stream';
import { SealiftError } from '@sealift/core/errors';
import type { ContentSource } from '../content.ts';
import type { Digest } from '../digest.ts';
import { steadyBlobs } from '../image-source/steady-blobs.ts';
import { type Tree, walk } from '../push/walk.ts';
import type { RegistryClient } from '../registry-client/client.ts';
import { readableOver, verified } from '../verify-stream.ts';

/** Manifests are kept until all is pushed; as many as a registry's repository should never name below some tags, in bytes. */
const manifestsLimitBytes = 256 * 1024 * 1024;

/** What one item is about, for whoever has to look for what is missing. */
interface Owner {
  readonly name: string;
  readonly repository: string;
}

/** The content of several repositories of a registry by its digests: manifests that were walked, and blobs that these name. */
export class RepositoryContent implements ContentSource {
  readonly #client: RegistryClient;
  readonly #manifests = new Map<Digest, Buffer>();
  readonly #blobs = new Map<Digest, Owner & { readonly size: number }>();
  #manifestBytes = 0;

  constructor(client: RegistryClient) {
    this.#client = client;
  }

  /** Reads a manifest of a repository with all below it. @throws REGISTRY_NOT_FOUND, MANIFEST_INVALID, INPUT_TOO_LARGE, CONTENT_DIGEST_MISMATCH */
  async walk(repository: string, digest: Digest, name: string): Promise<Tree> {
    const tree = await walk({ open: async (wanted) => chunkOf(await this.manifest(repository, wanted)) }, digest);
    for (const { digest: blob, size } of tree.blobs) {
      if (!this.#blobs.has(blob)) this.#blobs.set(blob, { name, repository, size });
    }
    return tree;
  }

  /** A manifest, read once. @throws REGISTRY_NOT_FOUND, INPUT_TOO_LARGE, CONTENT_DIGEST_MISMATCH */
  async manifest(repository: string, digest: Digest): Promise<Buffer> {
    const known = this.#manifests.get(digest);
    if (known !== undefined) return known;
    const { bytes } = await this.#client.getManifest(repository, digest);
    this.#manifestBytes += bytes.byteLength;
    if (this.#manifestBytes > manifestsLimitBytes) {
      const values = { what: 'all manifests together', limitBytes: manifestsLimitBytes };
      throw new SealiftError('INPUT_TOO_LARGE', { values, place: `${this.#client.registry}/${repository}` });
    }
    this.#manifests.set(digest, bytes);
    return bytes;
  }

  /** The repository that a blob is read from. */
  repositoryOf(blob: Digest): string | undefined {
    return this.#blobs.get(blob)?.repository;
  }

  /** @throws REGISTRY_LACKS where a manifest names it and the repository does not hold it */
  async size(digest: Digest): Promise<number> {
    const owner = this.#ownerOf(digest);
    const size = await this.#client.blobSize(owner.repository, digest);
    if (size === undefined) throw this.#lacking(owner, digest);
    return size;
  }

  /** Never ends with other bytes than those that were wanted: the last ones are held back until all were checked. */
  async open(digest: Digest): Promise<Readable> {
    const manifest = this.#manifests.get(digest);
    if (manifest !== undefined) return Readable.from([manifest], { objectMode: false });
    const { repository, size } = this.#ownerOf(digest);
    const source = await steadyBlobs(this.#client, repository).open(digest);
    const place = `${this.#client.registry}/${repository}@${digest}`;
    return readableOver(lastHeldBack(verified(source as AsyncIterable<Uint8Array>, { digest, size, place })), source);
  }

  #ownerOf(digest: Digest): Owner & { readonly size: number } {
    const owner = this.#blobs.get(digest);
    if (owner === undefined) throw new SealiftError('CONTENT_MISSING', { values: { digest } });
    return owner;
  }

  #lacking({ name, repository }: Owner, digest: Digest): SealiftError {
    const { registry } = this.#client;
    const values = { registry, name, part: `the blob ${digest}` };
    return new SealiftError('REGISTRY_LACKS', { values, place: `${registry}/${repository}` });
  }
}

async function* chunkOf(bytes: Uint8Array): AsyncGenerator<Uint8Array, void, undefined> {
  yield await Promise.resolve(bytes);
}

/** A registry that was sent all bytes of a blob may keep it: the check at the end comes before the last of them. */
async function* lastHeldBack(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void, undefined> {
  let held: Uint8Array | undefined;
  for await (const chunk of chunks) {
    if (held !== undefined) yield held;
    held = chunk;
  }
  if (held !== undefined) yield held;
}
