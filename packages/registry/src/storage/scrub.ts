import { storedDigests } from './blobs.ts';
import { checkBlob } from './check-blob.ts';
import type { ContentDigest } from './content-digest.ts';
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
    const found = await checkBlob({ paths, quota, files }, digest);
    if (found === undefined) continue;
    checked += 1;
    checkedBytes += found.bytes;
    if (!found.sound) damaged.push(digest);
    options.onBlob?.(checked, digests.length);
  }
  return { checked, checkedBytes, damaged, complete: true };
}
