import { isSealiftError, SealiftError } from '@sealift/core/errors';
import { removeFile, writeFileAtomically } from '@sealift/io/durable-file';
import { fileSize } from '@sealift/io/file-size';
import { isTag } from '@sealift/oci/reference';
import { z } from 'zod';
import { algorithmOf, type ContentDigest, contentDigestOf, digestFromName, isContentDigest } from './content-digest.ts';
import type { BlobStore } from './blobs.ts';
import { namesIn, readRecord, renew, writtenAt } from './files.ts';
import {
  type ContentDescriptor,
  contentDescriptorSchema,
  type ParsedManifest,
  parseManifest,
} from './parse-manifest.ts';
import type { StoragePaths } from './paths.ts';
import type { Quota } from './quota.ts';
import type { TurnLock } from './turn-lock.ts';

const manifestRecordSchema = z.object({
  mediaType: z.string(),
  subject: z.custom<ContentDigest>((value) => typeof value === 'string' && isContentDigest(value)).optional(),
});

/** Reads what is kept of a manifest beside its bytes. */
export function readManifestRecord(record: Buffer): z.infer<typeof manifestRecordSchema> {
  return manifestRecordSchema.parse(JSON.parse(record.toString('utf8')));
}

/** A manifest as it was pushed, byte for byte. */
export interface StoredManifest {
  readonly digest: ContentDigest;
  readonly mediaType: string;
  readonly bytes: Buffer;
}

/** Manifests, tags and referrers of repositories. */
export class ManifestStore {
  readonly #paths: StoragePaths;
  readonly #blobs: BlobStore;
  readonly #lock: TurnLock;
  readonly #files: TurnLock;
  readonly #quota: Quota;

  /** @param turns by repository name, and at blobs by digest */
  constructor(
    paths: StoragePaths,
    blobs: BlobStore,
    turns: { readonly repositories: TurnLock; readonly files: TurnLock },
    quota: Quota,
  ) {
    this.#quota = quota;
    this.#paths = paths;
    this.#blobs = blobs;
    this.#lock = turns.repositories;
    this.#files = turns.files;
  }

  /**
   * Takes a manifest in; everything it names has to be in the repository already, but for its subject, which may come later.
   *
   * @param reference a tag, or the manifest's digest
   * @throws MANIFEST_INVALID, MANIFEST_CONTENT_MISSING, CONTENT_DIGEST_MISMATCH, STORAGE_QUOTA_EXCEEDED, STORAGE_FULL
   */
  async put(
    repository: string,
    reference: string,
    mediaType: string,
    bytes: Buffer,
  ): Promise<{ readonly digest: ContentDigest; readonly subject: ContentDigest | undefined }> {
    const digest = contentDigestOf(bytes, isContentDigest(reference) ? algorithmOf(reference) : 'sha256');
    if (isContentDigest(reference) && reference !== digest) {
      throw new SealiftError('CONTENT_DIGEST_MISMATCH', { values: { expected: reference, actual: digest } });
    }
    const parsed = parseManifest(digest, mediaType, bytes);
    await this.#lock.shared(repository, async () => {
      await this.#demand(repository, digest, parsed.blobs, parsed.manifests);
      await this.#write(repository, reference, { digest, mediaType, bytes }, parsed);
    });
    return { digest, subject: parsed.subject?.digest };
  }

  /** The record comes after what it needs and before the tag, so that a crash leaves nothing that leads nowhere. */
  async #write(
    repository: string,
    reference: string,
    { digest, mediaType, bytes }: StoredManifest,
    { subject, artifactType, annotations }: ParsedManifest,
  ): Promise<void> {
    const size = bytes.byteLength;
    await this.#writeBytes(digest, bytes);
    if (subject !== undefined) {
      const descriptor: ContentDescriptor = {
        mediaType,
        digest,
        size,
        ...(artifactType === undefined ? {} : { artifactType }),
        ...(annotations === undefined ? {} : { annotations: { ...annotations } }),
      };
      await writeFileAtomically(this.#paths.referrer(repository, subject.digest, digest), JSON.stringify(descriptor));
    }
    const record = JSON.stringify({ mediaType, subject: subject?.digest });
    await writeFileAtomically(this.#paths.manifest(repository, digest), record);
    if (!isContentDigest(reference)) await writeFileAtomically(this.#paths.tag(repository, reference), digest);
  }

  async #writeBytes(digest: ContentDigest, bytes: Buffer): Promise<void> {
    const before = (await fileSize(this.#paths.blob(digest))) ?? 0;
    this.#quota.take(bytes.byteLength);
    try {
      await this.#files.shared(digest, () => writeFileAtomically(this.#paths.blob(digest), bytes));
    } catch (error) {
      this.#quota.give(bytes.byteLength);
      throw error;
    }
    this.#quota.give(before);
  }

  /** What a manifest of the repository names, or undefined when it is not there. */
  async parts(repository: string, digest: ContentDigest): Promise<ParsedManifest | undefined> {
    const manifest = await this.get(repository, digest);
    return manifest === undefined ? undefined : parseManifest(digest, manifest.mediaType, manifest.bytes);
  }

  /** All manifests of a repository. */
  async digests(repository: string): Promise<ContentDigest[]> {
    const names = (await namesIn(this.#paths.manifests(repository))) ?? [];
    return names.map(digestFromName).filter((digest) => digest !== undefined);
  }

  /** A manifest by tag or digest. */
  async get(repository: string, reference: string): Promise<StoredManifest | undefined> {
    const digest = isContentDigest(reference) ? reference : await this.tagged(repository, reference);
    if (digest === undefined) return undefined;
    const record = await this.#record(repository, digest);
    if (record === undefined) return undefined;
    const bytes = await readRecord(this.#paths.blob(digest));
    if (bytes === undefined) return undefined;
    const actual = contentDigestOf(bytes, algorithmOf(digest));
    if (actual !== digest) throw new SealiftError('STORAGE_DAMAGED', { values: { expected: digest, actual } });
    return { digest, mediaType: record.mediaType, bytes };
  }

  /**
   * A manifest, asked for by somebody about to leave it out of a push because it is here: it is not cleaned up for a while. One that is damaged, or
   * lacks a blob that it names, is not there: pushing it again mends that.
   */
  async claim(repository: string, reference: string): Promise<StoredManifest | undefined> {
    return await this.#lock.shared(repository, async () => {
      try {
        const manifest = await this.get(repository, reference);
        if (manifest === undefined || !(await this.#hasItsBlobs(repository, manifest))) return undefined;
        await renew(this.#paths.manifest(repository, manifest.digest));
        return manifest;
      } catch (error) {
        if (isSealiftError(error, 'STORAGE_DAMAGED')) return undefined;
        throw error;
      }
    });
  }

  /** Of an index other clients need one manifest only: what is below it is asked for by itself. */
  async #hasItsBlobs(repository: string, { digest, mediaType, bytes }: StoredManifest): Promise<boolean> {
    for (const blob of parseManifest(digest, mediaType, bytes).blobs) {
      if ((await this.#blobs.size(repository, blob.digest)) !== blob.size) return false;
    }
    return true;
  }

  /** Removes a manifest, the tags that stand for it and its entry among the referrers. @returns false when there is none */
  async remove(repository: string, digest: ContentDigest): Promise<boolean> {
    const record = await this.#record(repository, digest);
    if (record === undefined) return false;
    for (const tag of (await this.tags(repository)) ?? []) {
      if ((await this.tagged(repository, tag)) === digest) await this.removeTag(repository, tag);
    }
    if (record.subject !== undefined) await removeFile(this.#paths.referrer(repository, record.subject, digest));
    return await removeFile(this.#paths.manifest(repository, digest));
  }

  /** Removes a tag; the manifest stays. @returns false when there is none */
  async removeTag(repository: string, tag: string): Promise<boolean> {
    return await removeFile(this.#paths.tag(repository, tag));
  }

  /** All tags in code unit order, or undefined when there is no such repository. */
  async tags(repository: string): Promise<string[] | undefined> {
    const names = await namesIn(this.#paths.tags(repository));
    if (names !== undefined) return names.filter((name) => isTag(name));
    return (await namesIn(this.#paths.repository(repository)))?.some((name) => name.startsWith('_')) === true
      ? []
      : undefined;
  }

  /** Descriptors of the manifests whose subject is the one given (OCI distribution-spec, "Listing Referrers"). */
  async referrers(repository: string, subject: ContentDigest): Promise<ContentDescriptor[]> {
    const descriptors: ContentDescriptor[] = [];
    for (const name of (await namesIn(this.#paths.referrers(repository, subject))) ?? []) {
      const digest = digestFromName(name);
      if (digest === undefined) continue;
      const record = await readRecord(this.#paths.referrer(repository, subject, digest));
      // The record is written before the manifest's own, so a crash between the two leaves it alone.
      if (record === undefined || (await this.#record(repository, digest)) === undefined) continue;
      descriptors.push(contentDescriptorSchema.parse(JSON.parse(record.toString('utf8'))));
    }
    return descriptors;
  }

  /** Whether the repository has this manifest, be its bytes good or not. */
  async holds(repository: string, digest: ContentDigest): Promise<boolean> {
    return (await this.#record(repository, digest)) !== undefined;
  }

  /** The digest a tag stands for. */
  async tagged(repository: string, tag: string): Promise<ContentDigest | undefined> {
    const text = (await readRecord(this.#paths.tag(repository, tag)))?.toString('utf8');
    return text !== undefined && isContentDigest(text) ? text : undefined;
  }

  /** When a tag was given last. */
  async taggedAt(repository: string, tag: string): Promise<Date | undefined> {
    return await writtenAt(this.#paths.tag(repository, tag));
  }

  async #record(repository: string, digest: ContentDigest): Promise<z.infer<typeof manifestRecordSchema> | undefined> {
    const record = await readRecord(this.#paths.manifest(repository, digest));
    return record === undefined ? undefined : readManifestRecord(record);
  }

  async #demand(
    repository: string,
    digest: ContentDigest,
    blobs: readonly ContentDescriptor[],
    manifests: readonly ContentDescriptor[],
  ): Promise<void> {
    for (const blob of blobs) {
      const size = await this.#blobs.claimInTurn(repository, blob.digest);
      if (size === undefined) throw missing(digest, blob.digest);
      if (size !== blob.size) {
        const reason = `it says ${blob.digest} has ${blob.size} bytes, and it has ${size}`;
        throw new SealiftError('MANIFEST_INVALID', { values: { digest, reason } });
      }
    }
    for (const { digest: child } of manifests) {
      if ((await fileSize(this.#paths.manifest(repository, child))) === undefined) throw missing(digest, child);
    }
  }
}

function missing(digest: ContentDigest, part: ContentDigest): SealiftError {
  return new SealiftError('MANIFEST_CONTENT_MISSING', { values: { digest, part } });
}
