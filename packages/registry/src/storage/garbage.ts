import { rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { isSealiftError } from '@sealift/core/errors';
import { isMissing } from '@sealift/io/file-errors';
import type { ContentDigest } from './content-digest.ts';
import { type BlobStore, storedDigests } from './blobs.ts';
import { namesIn } from './files.ts';
import type { ManifestStore } from './manifests.ts';
import type { ParsedManifest } from './parse-manifest.ts';
import type { StoragePaths } from './paths.ts';
import type { Quota } from './quota.ts';
import { repositoriesBelow } from './repositories.ts';
import type { TurnLock } from './turn-lock.ts';
import type { UploadStore } from './uploads.ts';

const defaultGraceMs = 3_600_000;
const defaultUploadLifeMs = 7 * 24 * 3_600_000;
const listedManifests = 1000;

export interface GarbageOptions {
  /** Manifests to keep although no tag leads to them: whatever a release that may still be needed pins. */
  readonly keep?: ReadonlySet<string>;
  /** Whether a manifest is there only for what nobody needs any more: then its tags do not keep it. `keep` goes before. */
  readonly isExpired?: (repository: string, digest: ContentDigest) => boolean;
  /** Only says what would go. */
  readonly dryRun?: boolean;
  /** Nothing younger is touched, in milliseconds: a push asks what is there long before its manifest comes. */
  readonly graceMs?: number;
  /** How long an upload session may rest, in milliseconds. */
  readonly uploadLifeMs?: number;
}

/** A manifest that went, with the tags that stood for it. */
export interface RemovedManifest {
  readonly repository: string;
  readonly digest: ContentDigest;
  readonly tags: readonly string[];
}

/** What a clean-up removed, or would. */
export interface GarbageReport {
  readonly dryRun: boolean;
  readonly manifests: number;
  /** The first thousand of them. */
  readonly removed: readonly RemovedManifest[];
  readonly blobs: number;
  readonly uploads: number;
  readonly freedBytes: number;
  /** Blobs that stay, manifests included. */
  readonly keptBlobs: number;
}

/** What a clean-up works on. */
export interface GarbageStores {
  readonly paths: StoragePaths;
  readonly blobs: BlobStore;
  readonly manifests: ManifestStore;
  readonly uploads: UploadStore;
  /** Turns by repository name. */
  readonly repositories: TurnLock;
  /** Turns at blobs, by digest. */
  readonly files: TurnLock;
  readonly quota: Quota;
}

/** What one clean-up goes by and gathers. */
interface Round {
  readonly keep: ReadonlySet<string>;
  readonly isExpired: (repository: string, digest: ContentDigest) => boolean;
  readonly dryRun: boolean;
  /** Younger content stays: a time in milliseconds since 1970. */
  readonly before: number;
  readonly live: Set<ContentDigest>;
  readonly removed: RemovedManifest[];
}

/**
 * Removes what nothing leads to: from tags, kept digests and young manifests to the manifests they name, what refers to
 * those, and their blobs. Pushes go on meanwhile; one repository at a time waits for its turn.
 */
export async function collectGarbage(stores: GarbageStores, options: GarbageOptions = {}): Promise<GarbageReport> {
  const round: Round = {
    keep: options.keep ?? new Set(),
    isExpired: options.isExpired ?? (() => false),
    dryRun: options.dryRun ?? false,
    before: Date.now() - (options.graceMs ?? defaultGraceMs),
    live: new Set(),
    removed: [],
  };
  for (const repository of await repositoriesBelow(stores.paths.repositories)) {
    await stores.repositories.exclusive(repository, () => cleanRepository(stores, repository, round));
  }
  const uploadsBefore = Date.now() - (options.uploadLifeMs ?? defaultUploadLifeMs);
  const uploads = await removeOldUploads(stores, uploadsBefore, round.dryRun);
  const { count, bytes } = await removeDeadBlobs(stores, round);
  return {
    dryRun: round.dryRun,
    manifests: round.removed.length,
    removed: round.removed.slice(0, listedManifests),
    blobs: count,
    uploads,
    freedBytes: bytes,
    keptBlobs: round.live.size,
  };
}

async function cleanRepository(
  { paths, manifests, blobs }: GarbageStores,
  repository: string,
  { keep, isExpired, dryRun, before, live, removed }: Round,
): Promise<void> {
  const all = await manifests.digests(repository);
  const tags = await tagsByDigest(manifests, repository);
  const roots = new Set([...tags.keys()].filter((digest) => !isExpired(repository, digest)));
  for (const digest of all) {
    if (keep.has(digest) || !(await isOlder(paths.manifest(repository, digest), before))) roots.add(digest);
  }
  const needed = await reachable(manifests, repository, roots);
  if (needed === 'unknown') {
    for (const digest of [...all, ...(await blobs.digests(repository))]) live.add(digest);
    return;
  }
  for (const digest of all) {
    if (needed.manifests.has(digest)) live.add(digest);
    else if (dryRun || (await manifests.remove(repository, digest))) {
      removed.push({ repository, digest, tags: tags.get(digest) ?? [] });
    }
  }
  for (const digest of await blobs.digests(repository)) {
    const path = paths.blobLink(repository, digest);
    if (needed.blobs.has(digest) || !(await isOlder(path, before))) live.add(digest);
    else if (!dryRun) await blobs.unlink(repository, digest);
  }
}

async function tagsByDigest(manifests: ManifestStore, repository: string): Promise<Map<ContentDigest, string[]>> {
  const found = new Map<ContentDigest, string[]>();
  for (const tag of (await manifests.tags(repository)) ?? []) {
    const digest = await manifests.tagged(repository, tag);
    if (digest !== undefined) found.set(digest, [...(found.get(digest) ?? []), tag]);
  }
  return found;
}

/** What roots lead to; unknown when a manifest on the way is damaged, as nobody can tell what it names then. */
async function reachable(
  manifests: ManifestStore,
  repository: string,
  roots: ReadonlySet<ContentDigest>,
): Promise<{ readonly manifests: ReadonlySet<ContentDigest>; readonly blobs: ReadonlySet<ContentDigest> } | 'unknown'> {
  const found = new Set(roots);
  const blobs = new Set<ContentDigest>();
  // A set hands out what is added to it while it is walked.
  for (const digest of found) {
    const parts = await partsOf(manifests, repository, digest);
    if (parts === undefined) return 'unknown';
    for (const blob of parts.blobs) blobs.add(blob.digest);
    for (const child of parts.manifests) found.add(child.digest);
    for (const referrer of await manifests.referrers(repository, digest)) found.add(referrer.digest);
  }
  return { manifests: found, blobs };
}

async function partsOf(
  manifests: ManifestStore,
  repository: string,
  digest: ContentDigest,
): Promise<ParsedManifest | undefined> {
  try {
    return await manifests.parts(repository, digest);
  } catch (error) {
    if (isSealiftError(error, 'STORAGE_DAMAGED')) return undefined;
    throw error;
  }
}

async function removeDeadBlobs(
  { paths, files, quota }: GarbageStores,
  { live, before, dryRun }: Round,
): Promise<{ count: number; bytes: number }> {
  let count = 0;
  let bytes = 0;
  for (const digest of await storedDigests(paths)) {
    if (live.has(digest)) continue;
    await files.exclusive(digest, async () => {
      const path = paths.blob(digest);
      const { size, mtimeMs } = await stat(path);
      // Linking renews the time, so a blob that found a repository since the walk is young.
      if (mtimeMs > before) return;
      if (!dryRun) {
        await rm(path, { force: true });
        quota.give(size);
      }
      count += 1;
      bytes += size;
    });
  }
  return { count, bytes };
}

async function removeOldUploads({ paths, uploads }: GarbageStores, before: number, dryRun: boolean): Promise<number> {
  let removed = 0;
  for (const id of (await namesIn(paths.uploads)) ?? []) {
    if (!(await isOlder(join(paths.upload(id), 'data'), before))) continue;
    if (dryRun || (await uploads.expire(id))) removed += 1;
  }
  return removed;
}

async function isOlder(path: string, before: number): Promise<boolean> {
  try {
    return (await stat(path)).mtimeMs <= before;
  } catch (error) {
    if (isMissing(error)) return false;
    throw error;
  }
}
