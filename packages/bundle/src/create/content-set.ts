import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import { canonicalJson } from '@sealift/core/canonical-json';
import { SealiftError } from '@sealift/core/errors';
import { hasCode } from '@sealift/io/file-errors';
import type { ContentSource } from '@sealift/oci/content';
import { type Descriptor, type Index, type Manifest, mediaTypes } from '@sealift/oci/descriptor';
import { type Digest, digestOf } from '@sealift/oci/digest';
import { verified } from '@sealift/oci/verify-stream';
import type { ManifestSource } from '@sealift/oci/walk';

/** Where in the bundle a blob stands: what is read first comes first, so that a look inside needs little of the file. */
const ranks = { metadata: 0, executable: 1, content: 2 } as const;
export type BlobRole = keyof typeof ranks;

/** A blob that a bundle will hold. */
export interface PlannedBlob {
  readonly digest: Digest;
  readonly size: number;
  readonly role: BlobRole;
  /** Whether reading it goes over a network: the same blob from a disk is preferred. */
  readonly remote?: boolean;
  /** Streams it, and fails unless it is what its digest says. A chunk holds only until the next is asked for. */
  open(): AsyncIterable<Uint8Array>;
}

const readChunkBytes = 1024 * 1024;

/** The blobs of a bundle to be made, each once, held by reference: only small generated ones are in memory. */
export class ContentSet implements ManifestSource {
  readonly #blobs = new Map<Digest, PlannedBlob>();

  /** Every blob, in the order they are written. */
  ordered(): readonly PlannedBlob[] {
    return [...this.#blobs.values()].sort(
      (a, b) => ranks[a.role] - ranks[b.role] || (a.digest < b.digest ? -1 : a.digest > b.digest ? 1 : 0),
    );
  }

  get(digest: Digest): PlannedBlob | undefined {
    return this.#blobs.get(digest);
  }

  /** @throws CONTENT_MISSING */
  async open(digest: Digest): Promise<AsyncIterable<Uint8Array>> {
    const blob = this.#blobs.get(digest);
    if (blob === undefined) throw new SealiftError('CONTENT_MISSING', { values: { digest } });
    return await Promise.resolve(blob.open());
  }

  /** Leaves a blob out. */
  remove(digest: Digest): void {
    this.#blobs.delete(digest);
  }

  /** Adds bytes made here. */
  addBytes(bytes: Uint8Array, role: BlobRole, mediaType: string): Descriptor {
    const digest = digestOf(bytes);
    this.add({ digest, size: bytes.byteLength, role, open: () => verified([bytes], { digest }) });
    return { mediaType, digest, size: bytes.byteLength };
  }

  /** Adds a manifest or index as canonical JSON. */
  addManifest(manifest: Manifest | Index): Descriptor {
    const mediaType = manifest.mediaType ?? ('manifests' in manifest ? mediaTypes.index : mediaTypes.manifest);
    const bytes = Buffer.from(canonicalJson({ ...manifest, mediaType }));
    const { artifactType } = manifest;
    return { ...this.addBytes(bytes, 'metadata', mediaType), ...(artifactType === undefined ? {} : { artifactType }) };
  }

  /**
   * Adds a file as it is: read now for its digest, and again when the bundle is written.
   *
   * @throws FILE_NOT_FOUND, FILE_UNREADABLE
   */
  async addFile(
    path: string,
    role: BlobRole,
    mediaType: string,
    onBytes?: (count: number) => void,
  ): Promise<Descriptor> {
    const hash = createHash('sha256');
    let size = 0;
    for await (const chunk of readFileChunks(path)) {
      hash.update(chunk);
      size += chunk.byteLength;
      onBytes?.(chunk.byteLength);
    }
    const digest: Digest = `sha256:${hash.digest('hex')}`;
    this.add({ digest, size, role, open: () => unchanged(path, verified(readFileChunks(path), { digest, size })) });
    return { mediaType, digest, size };
  }

  /** Adds a blob of another source, checked when the bundle is written. */
  addFrom(source: ContentSource, descriptor: Descriptor, role: BlobRole, remote = false): void {
    const { digest, size } = descriptor;
    this.add({ digest, size, role, remote, open: () => fromSource(source, digest, size) });
  }

  /** Whether a blob is there already, as far in front and as near as the one given. @throws MANIFEST_INVALID for another size */
  has({ digest, size }: Descriptor, role: BlobRole, remote: boolean): boolean {
    const known = this.#blobs.get(digest);
    if (known === undefined) return false;
    if (known.size !== size) {
      const reason = `one descriptor says that it is ${size} bytes long, and another ${known.size}`;
      throw new SealiftError('MANIFEST_INVALID', { values: { digest, reason } });
    }
    return ranks[known.role] <= ranks[role] && (remote || known.remote !== true);
  }

  /** Adds a blob; one that is there already may move further to the front, or be read from nearer. */
  add(blob: PlannedBlob): void {
    const known = this.#blobs.get(blob.digest);
    if (known === undefined) {
      this.#blobs.set(blob.digest, blob);
      return;
    }
    const role = ranks[blob.role] < ranks[known.role] ? blob.role : known.role;
    const nearer = known.remote === true && blob.remote !== true ? blob : known;
    this.#blobs.set(blob.digest, { ...nearer, role });
  }
}

/** Reads into two buffers in turn: one is being filled while the other is used, and nothing is left for the garbage collector. */
async function* readFileChunks(path: string): AsyncGenerator<Uint8Array, void, undefined> {
  try {
    await using file = await open(path, 'r');
    const buffers = [Buffer.allocUnsafe(readChunkBytes), Buffer.allocUnsafe(readChunkBytes)] as const;
    let reading = file.read(buffers[0], 0, readChunkBytes, null);
    for (let turn = 1; ; turn = 1 - turn) {
      const { bytesRead, buffer } = await reading;
      if (bytesRead === 0) return;
      const next = file.read(buffers[turn === 0 ? 0 : 1], 0, readChunkBytes, null);
      // When the reader goes away, nobody waits for this one any more.
      next.catch(() => undefined);
      reading = next;
      yield buffer.subarray(0, bytesRead);
    }
  } catch (error) {
    if (hasCode(error, 'ENOENT')) {
      throw new SealiftError('FILE_NOT_FOUND', { values: { path }, cause: error });
    }
    throw new SealiftError('FILE_UNREADABLE', { values: { path, reason: String(error) }, cause: error });
  }
}

async function* unchanged(
  path: string,
  chunks: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array, void, undefined> {
  try {
    yield* chunks;
  } catch (error) {
    if (error instanceof SealiftError && error.code.startsWith('CONTENT_')) {
      throw new SealiftError('BUNDLE_INPUT_CHANGED', { values: { path }, cause: error });
    }
    throw error;
  }
}

async function* fromSource(
  source: ContentSource,
  digest: Digest,
  size: number,
): AsyncGenerator<Uint8Array, void, undefined> {
  yield* verified((await source.open(digest)) as AsyncIterable<Uint8Array>, { digest, size });
}
