import { createHash } from 'node:crypto';
import { open, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { makeFolder } from '@sealift/io/make-folder';
import { isMissing } from '@sealift/io/file-errors';
import { algorithmOf, type ContentDigest, type DigestAlgorithm, hexOf } from './content-digest.ts';
import { storedDigests } from './blobs.ts';
import type { StoragePaths } from './paths.ts';
import type { Quota } from './quota.ts';
import type { TurnLock } from './turn-lock.ts';

export interface ScrubOptions {
  readonly cancel?: AbortSignal;
  readonly onBlob?: (checked: number, total: number) => void;
}

/** What a scrub found. */
export interface ScrubReport {
  readonly checked: number;
  readonly checkedBytes: number;
  /** Blobs whose bytes are not theirs any more; they were put aside, so that pushing them again mends the storage. */
  readonly damaged: readonly ContentDigest[];
  /** False when it was cancelled before the last blob. */
  readonly complete: boolean;
}

/** Reads every blob and compares it with its digest; a damaged one is moved to `damaged/` and no longer served. */
export async function scrub(
  paths: StoragePaths,
  quota: Quota,
  files: TurnLock,
  options: ScrubOptions = {},
): Promise<ScrubReport> {
  const damaged: ContentDigest[] = [];
  let checked = 0;
  let checkedBytes = 0;
  const digests = await storedDigests(paths);
  for (const digest of digests) {
    if (options.cancel?.aborted === true) return { checked, checkedBytes, damaged, complete: false };
    const found = await check(paths, files, digest);
    if (found === undefined) continue;
    checked += 1;
    checkedBytes += found.bytes;
    if (found.digest !== digest) {
      damaged.push(digest);
      quota.give(found.bytes);
    }
    options.onBlob?.(checked, digests.length);
  }
  return { checked, checkedBytes, damaged, complete: true };
}

/** Compares a blob with its digest; a damaged one is put aside, unless it was replaced since it was read. */
async function check(
  paths: StoragePaths,
  files: TurnLock,
  digest: ContentDigest,
): Promise<{ digest: string; bytes: number } | undefined> {
  const path = paths.blob(digest);
  const found = await hashFile(path, algorithmOf(digest));
  if (found === undefined || found.digest === digest) return found;
  return await files.exclusive(digest, async () => {
    const again = await hashFile(path, algorithmOf(digest));
    if (again !== undefined && again.digest !== digest) await putAside(paths, digest);
    return again;
  });
}

async function hashFile(
  path: string,
  algorithm: DigestAlgorithm,
): Promise<{ digest: string; bytes: number } | undefined> {
  try {
    const file = await open(path, 'r');
    const hash = createHash(algorithm);
    let bytes = 0;
    for await (const chunk of file.createReadStream({ highWaterMark: 1024 * 1024 }) as AsyncIterable<Uint8Array>) {
      hash.update(chunk);
      bytes += chunk.byteLength;
    }
    return { digest: `${algorithm}:${hash.digest('hex')}`, bytes };
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

async function putAside(paths: StoragePaths, digest: ContentDigest): Promise<void> {
  const folder = join(paths.root, 'damaged');
  makeFolder(folder);
  await rename(paths.blob(digest), join(folder, hexOf(digest)));
}
