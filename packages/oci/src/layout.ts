import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { makeFolder } from '@sealift/io/make-folder';
import { canonicalJson } from '@sealift/core/canonical-json';
import { reasonOf, SealiftError } from '@sealift/core/errors';
import { writeFileAtomically } from '@sealift/io/durable-file';
import { isMissing } from '@sealift/io/file-errors';
import { fileSize } from '@sealift/io/file-size';
import { z } from 'zod';
import { blobPath, writeBlobFile } from './blob-file.ts';
import type { ByteRange, ContentSource } from './content.ts';
import { type Descriptor, type Index, indexSchema, type Manifest, mediaTypes } from './descriptor.ts';
import type { Digest } from './digest.ts';
import { readBounded, verifiedReadable } from './verify-stream.ts';

/** The index annotation that names an entry (OCI image-spec, annotations.md). */
export const refNameAnnotation = 'org.opencontainers.image.ref.name';

const indexLimitBytes = 32 * 1024 * 1024;
const readChunkBytes = 256 * 1024;
const layoutMarkerSchema = z.looseObject({ imageLayoutVersion: z.string() });

/** What is known beforehand of a blob to be added. */
export interface BlobInput {
  readonly mediaType: string;
  readonly digest?: Digest;
  /** In bytes. */
  readonly size?: number;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly artifactType?: string;
}

/**
 * Writes an OCI image layout folder (image-layout.md). Blobs are verified while they are written and appear whole or not
 * at all; `finish` writes `index.json` last, so a cut run leaves no entry that points to nothing.
 */
export class LayoutWriter {
  readonly #folder: string;
  readonly #entries = new Map<string, Descriptor>();

  private constructor(folder: string, entries: readonly Descriptor[]) {
    this.#folder = folder;
    for (const entry of entries) this.#entries.set(entryKey(entry), entry);
  }

  /** Starts a layout, or goes on with the one already in the folder. */
  static async create(folder: string): Promise<LayoutWriter> {
    makeFolder(join(folder, 'blobs', 'sha256'));
    const existing = (await fileSize(join(folder, 'index.json'))) !== undefined;
    return new LayoutWriter(folder, existing ? (await openLayout(folder)).index.manifests : []);
  }

  /**
   * Adds a blob from bytes or a stream; where digest or size are given they are demanded.
   *
   * @throws CONTENT_SHORT, CONTENT_LONG, CONTENT_DIGEST_MISMATCH, FILE_UNWRITABLE
   */
  async addBlob(content: Uint8Array | AsyncIterable<Uint8Array>, input: BlobInput): Promise<Descriptor> {
    const chunks = content instanceof Uint8Array ? [content] : content;
    const { digest, size } = await writeBlobFile(this.#folder, chunks, { digest: input.digest, size: input.size });
    return {
      mediaType: input.mediaType,
      digest,
      size,
      ...(input.annotations === undefined ? {} : { annotations: { ...input.annotations } }),
      ...(input.artifactType === undefined ? {} : { artifactType: input.artifactType }),
    };
  }

  /** Adds a manifest or index as canonical JSON; its own `mediaType` member becomes the descriptor's. */
  async addManifest(manifest: Manifest | Index): Promise<Descriptor> {
    const fallback = 'manifests' in manifest ? mediaTypes.index : mediaTypes.manifest;
    const mediaType = manifest.mediaType ?? fallback;
    return await this.addBlob(Buffer.from(canonicalJson({ ...manifest, mediaType })), {
      mediaType,
      ...(manifest.artifactType === undefined ? {} : { artifactType: manifest.artifactType }),
    });
  }

  /** Lists a manifest in `index.json`, under a reference name where one is given. The last of one name wins. */
  addIndexEntry(descriptor: Descriptor, refName?: string): void {
    const entry: Descriptor =
      refName === undefined
        ? descriptor
        : { ...descriptor, annotations: { ...descriptor.annotations, [refNameAnnotation]: refName } };
    this.#entries.set(entryKey(entry), entry);
  }

  /** Writes `oci-layout` and `index.json`; the same entries give the same bytes, in whatever order they were added. */
  async finish(): Promise<Index> {
    const index: Index = {
      schemaVersion: 2,
      mediaType: mediaTypes.index,
      manifests: [...this.#entries.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, entry]) => entry),
    };
    await writeFileAtomically(join(this.#folder, 'oci-layout'), canonicalJson({ imageLayoutVersion: '1.0.0' }));
    await writeFileAtomically(join(this.#folder, 'index.json'), canonicalJson(index));
    return index;
  }
}

/** An opened layout: its index, and its blobs by digest. */
export interface Layout extends ContentSource {
  readonly folder: string;
  readonly index: Index;
}

/**
 * Opens an OCI image layout folder for reading. Blobs are checked when they are read, not here.
 *
 * @throws LAYOUT_INVALID
 */
export async function openLayout(folder: string): Promise<Layout> {
  const marker = await readJson(join(folder, 'oci-layout'), layoutMarkerSchema);
  if (!marker.imageLayoutVersion.startsWith('1.')) {
    throw new SealiftError('LAYOUT_INVALID', {
      values: { reason: `version ${JSON.stringify(marker.imageLayoutVersion.slice(0, 40))} is not known` },
      place: join(folder, 'oci-layout'),
    });
  }
  const index = await readJson(join(folder, 'index.json'), indexSchema);
  return {
    folder,
    index,
    size: (digest) => fileSize(blobPath(folder, digest)),
    open: (digest, range) => openBlob(folder, digest, range),
  };
}

async function openBlob(folder: string, digest: Digest, range: ByteRange | undefined): Promise<Readable> {
  const path = blobPath(folder, digest);
  const size = await fileSize(path);
  if (size === undefined) throw new SealiftError('CONTENT_MISSING', { values: { digest }, place: path });
  if (range !== undefined && range.end <= range.start) return Readable.from([]);
  const file = await openPlain(path);
  const chunk = { highWaterMark: readChunkBytes };
  if (range !== undefined) return file.createReadStream({ ...chunk, start: range.start, end: range.end - 1 });
  return verifiedReadable(file.createReadStream(chunk), { digest, size, place: path });
}

/** A link planted in a layout from outside must not lead to another file of this machine. */
async function openPlain(path: string): Promise<FileHandle> {
  try {
    return await open(path, constants.O_RDONLY | constants.O_NOFOLLOW);
  } catch (error) {
    const reason = reasonOf(error);
    throw new SealiftError('FILE_UNREADABLE', { values: { path, reason }, place: path, cause: error });
  }
}

async function readJson<Schema extends z.ZodType>(path: string, schema: Schema): Promise<z.infer<Schema>> {
  try {
    const file = await open(path, 'r');
    const bytes = await readBounded(file.createReadStream(), indexLimitBytes, path, path);
    return schema.parse(JSON.parse(bytes.toString('utf8')));
  } catch (error) {
    if (error instanceof SealiftError) throw error;
    const reason = isMissing(error) ? 'the file is missing' : describe(error);
    throw new SealiftError('LAYOUT_INVALID', { values: { reason }, place: path, cause: error });
  }
}

function describe(error: unknown): string {
  if (error instanceof z.ZodError) {
    const issue = error.issues[0];
    return issue === undefined ? 'not the expected form' : `${issue.path.join('.')}: ${issue.message}`;
  }
  return reasonOf(error);
}

function entryKey(entry: Descriptor): string {
  return entry.annotations?.[refNameAnnotation] === undefined
    ? `\u{10ffff}${entry.digest}`
    : entry.annotations[refNameAnnotation];
}
