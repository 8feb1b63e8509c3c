import { closeSync, existsSync, openSync, readdirSync, readSync, statSync } from 'node:fs';
import { isSealiftError, reasonOf, SealiftError } from '@sealift/core/errors';
import { isMissing } from '@sealift/io/file-errors';
import { isTag } from '@sealift/oci/reference';
import {
  algorithmOf,
  type ContentDigest,
  contentDigestOf,
  type DigestAlgorithm,
  hexOf,
  isContentDigest,
} from './content-digest.ts';
import { readManifestRecord, type StoredManifest } from './manifests.ts';
import { parseManifest } from './parse-manifest.ts';
import { StoragePaths } from './paths.ts';

/** As the registry reads its own small files. */
const recordLimitBytes = 8 * 1024 * 1024;
/** Most of what is read here is smaller, and then takes one call of the system to be read. */
const smallBytes = 64 * 1024;

/**
 * Reads the folder of a registry beside the process that has it open, and changes nothing in it: every file there is put in its place whole. For a
 * thread that has much to read: synchronous, and asks once for what several manifests share. Make a new one for each look.
 */
export class FolderReader {
  readonly #paths: StoragePaths;
  readonly #buffer = Buffer.allocUnsafeSlow(smallBytes);
  /** Where each repository keeps what; a name is checked once. */
  readonly #folders = new Map<string, { readonly manifests: string; readonly links: string }>();
  readonly #blobs = new Map<DigestAlgorithm, string>();
  readonly #sizes = new Map<string, number | undefined>();

  constructor(folder: string) {
    this.#paths = new StoragePaths(folder);
  }

  /** All tags in code unit order; none where there is no such repository. @throws FILE_UNREADABLE */
  tags(repository: string): string[] {
    const folder = this.#paths.tags(repository);
    const names = attempt(folder, () => readdirSync(folder)) ?? [];
    return names.filter((name) => isTag(name)).sort();
  }

  /** The digest a tag stands for. @throws FILE_UNREADABLE */
  tagged(repository: string, tag: string): ContentDigest | undefined {
    const text = this.#read(this.#paths.tag(repository, tag), recordLimitBytes)?.toString('utf8');
    return text !== undefined && isContentDigest(text) ? text : undefined;
  }

  /** A manifest, its bytes compared with its digest. @throws STORAGE_DAMAGED, FILE_UNREADABLE, INPUT_TOO_LARGE */
  manifest(repository: string, digest: ContentDigest): StoredManifest | undefined {
    const record = this.#read(`${this.#foldersOf(repository).manifests}/${hexOf(digest)}`, recordLimitBytes);
    if (record === undefined) return undefined;
    const bytes = this.#read(this.#blob(digest), recordLimitBytes);
    if (bytes === undefined) return undefined;
    const actual = contentDigestOf(bytes, algorithmOf(digest));
    if (actual !== digest) throw new SealiftError('STORAGE_DAMAGED', { values: { expected: digest, actual } });
    return { digest, mediaType: readManifestRecord(record).mediaType, bytes };
  }

  /** A blob's bytes as they lie there: whoever reads them compares them with the digest. @throws FILE_UNREADABLE, INPUT_TOO_LARGE */
  blob(repository: string, digest: ContentDigest, limitBytes: number): Buffer | undefined {
    const link = `${this.#foldersOf(repository).links}/${hexOf(digest)}`;
    return existsSync(link) ? this.#read(this.#blob(digest), limitBytes) : undefined;
  }

  /** Whether a manifest is there, undamaged, with every blob that it names in its size: what a `HEAD` of it answers. @throws FILE_UNREADABLE */
  holds(repository: string, digest: ContentDigest): boolean {
    try {
      const manifest = this.manifest(repository, digest);
      if (manifest === undefined) return false;
      const { blobs } = parseManifest(digest, manifest.mediaType, manifest.bytes);
      return blobs.every((blob) => this.#size(repository, blob.digest) === blob.size);
    } catch (error) {
      if (isSealiftError(error, 'STORAGE_DAMAGED')) return false;
      throw error;
    }
  }

  #size(repository: string, digest: ContentDigest): number | undefined {
    const link = `${this.#foldersOf(repository).links}/${hexOf(digest)}`;
    if (!this.#sizes.has(link)) this.#sizes.set(link, existsSync(link) ? sizeOf(this.#blob(digest)) : undefined);
    return this.#sizes.get(link);
  }

  #blob(digest: ContentDigest): string {
    const algorithm = algorithmOf(digest);
    const folder = this.#blobs.get(algorithm) ?? this.#paths.blobs(algorithm);
    this.#blobs.set(algorithm, folder);
    return `${folder}/${hexOf(digest)}`;
  }

  #foldersOf(repository: string): { readonly manifests: string; readonly links: string } {
    const known = this.#folders.get(repository);
    if (known !== undefined) return known;
    const folders = { manifests: this.#paths.manifests(repository), links: this.#paths.blobLinks(repository) };
    this.#folders.set(repository, folders);
    return folders;
  }

  #read(path: string, limitBytes: number): Buffer | undefined {
    return attempt(path, () => {
      const file = openSync(path, 'r');
      try {
        const length = readSync(file, this.#buffer, 0, Math.min(smallBytes, limitBytes + 1), 0);
        const begin = Buffer.from(this.#buffer.subarray(0, length));
        return length < Math.min(smallBytes, limitBytes + 1) ? begin : restOf(file, begin, path, limitBytes);
      } finally {
        closeSync(file);
      }
    });
  }
}

/** Reads on to the end of a file that is larger than most. */
function restOf(file: number, begin: Buffer, path: string, limitBytes: number): Buffer {
  const parts = [begin];
  let total = begin.length;
  while (total <= limitBytes) {
    const part = Buffer.allocUnsafe(Math.min(1024 * 1024, limitBytes + 1 - total));
    const length = readSync(file, part, 0, part.length, total);
    if (length === 0) return Buffer.concat(parts, total);
    parts.push(part.subarray(0, length));
    total += length;
  }
  throw new SealiftError('INPUT_TOO_LARGE', { place: path, values: { what: path, limitBytes } });
}

function sizeOf(path: string): number | undefined {
  return attempt(path, () => statSync(path, { throwIfNoEntry: false })?.size);
}

/** @returns undefined where nothing is there */
function attempt<Result>(path: string, work: () => Result): Result | undefined {
  try {
    return work();
  } catch (error) {
    if (isMissing(error)) return undefined;
    if (isSealiftError(error)) throw error;
    throw new SealiftError('FILE_UNREADABLE', { place: path, values: { path, reason: reasonOf(error) }, cause: error });
  }
}
