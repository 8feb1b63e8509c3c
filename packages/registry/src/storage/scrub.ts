import { createHash } from 'node:crypto';
import { mkdir, open, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { isMissing } from '@sealift/oci/blob-file';
import { type Digest, isDigest } from '@sealift/oci/digest';
import { namesIn } from './files.ts';
import type { StoragePaths } from './paths.ts';
import type { Quota } from './quota.ts';

export interface ScrubOptions {
  readonly cancel?: AbortSignal;
  readonly onBlob?: (checked: number, total: number) => void;
}

/** What a scrub found. */
export interface ScrubReport {
  readonly checked: number;
  readonly checkedBytes: number;
  /** Blobs whose bytes are not theirs any more; they were put aside, so that pushing them again mends the storage. */
  readonly damaged: readonly Digest[];
  /** False when it was cancelled before the last blob. */
  readonly complete: boolean;
}

/** Reads every blob and compares it with its digest; a damaged one is moved to `damaged/` and no longer served. */
export async function scrub(paths: StoragePaths, quota: Quota, options: ScrubOptions = {}): Promise<ScrubReport> {
  const damaged: Digest[] = [];
  let checked = 0;
  let checkedBytes = 0;
  const names = (await namesIn(paths.blobs)) ?? [];
  for (const name of names) {
    if (options.cancel?.aborted === true) return { checked, checkedBytes, damaged, complete: false };
    const digest = `sha256:${name}`;
    if (!isDigest(digest)) continue;
    const found = await hashFile(paths.blob(digest));
    if (found === undefined) continue;
    checked += 1;
    checkedBytes += found.bytes;
    if (found.digest !== digest) {
      damaged.push(digest);
      quota.give(found.bytes);
      await putAside(paths, digest);
    }
    options.onBlob?.(checked, names.length);
  }
  return { checked, checkedBytes, damaged, complete: true };
}

async function hashFile(path: string): Promise<{ digest: string; bytes: number } | undefined> {
  try {
    const file = await open(path, 'r');
    const hash = createHash('sha256');
    let bytes = 0;
    for await (const chunk of file.createReadStream({ highWaterMark: 1024 * 1024 }) as AsyncIterable<Uint8Array>) {
      hash.update(chunk);
      bytes += chunk.byteLength;
    }
    return { digest: `sha256:${hash.digest('hex')}`, bytes };
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

async function putAside(paths: StoragePaths, digest: Digest): Promise<void> {
  const folder = join(paths.root, 'damaged');
  await mkdir(folder, { recursive: true });
  await rename(paths.blob(digest), join(folder, digest.slice('sha256:'.length)));
}
