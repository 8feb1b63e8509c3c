import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { isMissing } from '@sealift/oci/blob-file';
import { isRepositoryName } from '@sealift/oci/reference';
import type { ContentDigest } from './content-digest.ts';
import { type BlobStore, storedDigests } from './blobs.ts';
import { namesIn } from './files.ts';
import type { ManifestStore } from './manifests.ts';
import type { StoragePaths } from './paths.ts';
import type { Quota } from './quota.ts';
import type { RepositoryLock } from './repository-lock.ts';
import type { UploadStore } from './uploads.ts';

const defaultGraceMs = 3_600_000;
const defaultUploadLifeMs = 7 * 24 * 3_600_000;

export interface GarbageOptions {
  /** Manifests to keep although no tag leads to them: whatever a release that may still be needed pins. */
  readonly keep?: ReadonlySet<ContentDigest>;
  /** Nothing younger is touched, in milliseconds: a push asks what is there long before its manifest comes. */
  readonly graceMs?: number;
  /** How long an upload session may rest, in milliseconds. */
  readonly uploadLifeMs?: number;
}

/** What a clean-up removed. */
export interface GarbageReport {
  readonly manifests: number;
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
  readonly lock: RepositoryLock;
  readonly quota: Quota;
}

/**
 * Removes what nothing leads to: from tags, kept digests and young manifests to the manifests they name, what refers to
 * those, and their blobs. Pushes go on meanwhile; one repository at a time waits for its turn.
 */
export async function collectGarbage(stores: GarbageStores, options: GarbageOptions = {}): Promise<GarbageReport> {
  const before = Date.now() - (options.graceMs ?? defaultGraceMs);
  const live = new Set<ContentDigest>();
  let manifests = 0;
  for (const repository of await repositoriesBelow(stores.paths.repositories)) {
    manifests += await stores.lock.exclusive(repository, () =>
      cleanRepository(stores, repository, options.keep ?? new Set(), before, live),
    );
  }
  const uploads = await removeOldUploads(stores, Date.now() - (options.uploadLifeMs ?? defaultUploadLifeMs));
  const { count, bytes } = await removeDeadBlobs(stores, live, before);
  return { manifests, blobs: count, uploads, freedBytes: bytes, keptBlobs: live.size };
}

async function cleanRepository(
  { paths, manifests, blobs }: GarbageStores,
  repository: string,
  keep: ReadonlySet<ContentDigest>,
  before: number,
  live: Set<ContentDigest>,
): Promise<number> {
  const all = await manifests.digests(repository);
  const roots = new Set<ContentDigest>();
  for (const tag of (await manifests.tags(repository)) ?? []) {
    const tagged = await manifests.tagged(repository, tag);
    if (tagged !== undefined) roots.add(tagged);
  }
  for (const digest of all) {
    if (keep.has(digest) || !(await isOlder(paths.manifest(repository, digest), before))) roots.add(digest);
  }
  const needed = await reachable(manifests, repository, roots);
  let removed = 0;
  for (const digest of all) {
    if (needed.manifests.has(digest)) live.add(digest);
    else if (await manifests.remove(repository, digest)) removed += 1;
  }
  for (const digest of await blobs.digests(repository)) {
    const path = paths.blobLink(repository, digest);
    if (needed.blobs.has(digest) || !(await isOlder(path, before))) live.add(digest);
    else await blobs.unlink(repository, digest);
  }
  return removed;
}

async function reachable(
  manifests: ManifestStore,
  repository: string,
  roots: ReadonlySet<ContentDigest>,
): Promise<{ readonly manifests: ReadonlySet<ContentDigest>; readonly blobs: ReadonlySet<ContentDigest> }> {
  const found = new Set(roots);
  const blobs = new Set<ContentDigest>();
  // A set hands out what is added to it while it is walked.
  for (const digest of found) {
    const parts = await manifests.parts(repository, digest);
    for (const blob of parts?.blobs ?? []) blobs.add(blob.digest);
    for (const child of parts?.manifests ?? []) found.add(child.digest);
    for (const referrer of await manifests.referrers(repository, digest)) found.add(referrer.digest);
  }
  return { manifests: found, blobs };
}

async function removeDeadBlobs(
  { paths, quota }: GarbageStores,
  live: ReadonlySet<ContentDigest>,
  before: number,
): Promise<{ count: number; bytes: number }> {
  let count = 0;
  let bytes = 0;
  for (const digest of await storedDigests(paths)) {
    if (live.has(digest)) continue;
    const path = paths.blob(digest);
    const { size, mtimeMs } = await stat(path);
    // Linking renews the time, so a blob that found a repository since the walk is young.
    if (mtimeMs > before) continue;
    await rm(path, { force: true });
    quota.give(size);
    count += 1;
    bytes += size;
  }
  return { count, bytes };
}

async function removeOldUploads({ paths, uploads }: GarbageStores, before: number): Promise<number> {
  let removed = 0;
  for (const id of (await namesIn(paths.uploads)) ?? []) {
    if (await isOlder(join(paths.upload(id), 'data'), before)) removed += (await uploads.expire(id)) ? 1 : 0;
  }
  return removed;
}

/** All repositories: folders that hold one beginning with `_`. */
async function repositoriesBelow(folder: string, name = ''): Promise<string[]> {
  const found: string[] = [];
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    if (!entry.isDirectory()) continue;
    if (entry.name.startsWith('_')) {
      if (!found.includes(name)) found.push(name);
      continue;
    }
    const child = name === '' ? entry.name : `${name}/${entry.name}`;
    if (isRepositoryName(child)) found.push(...(await repositoriesBelow(join(folder, entry.name), child)));
  }
  return found;
}

async function isOlder(path: string, before: number): Promise<boolean> {
  try {
    return (await stat(path)).mtimeMs <= before;
  } catch (error) {
    if (isMissing(error)) return false;
    throw error;
  }
}
