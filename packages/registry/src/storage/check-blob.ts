import { createHash } from 'node:crypto';
import { open, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { isMissing } from '@sealift/io/file-errors';
import { makeFolder } from '@sealift/io/make-folder';
import { algorithmOf, type ContentDigest, type DigestAlgorithm, hexOf } from './content-digest.ts';
import type { StoragePaths } from './paths.ts';
import type { Quota } from './quota.ts';
import type { TurnLock } from './turn-lock.ts';

/** What checking a blob needs. */
export interface CheckedStorage {
  readonly paths: StoragePaths;
  readonly quota: Quota;
  /** Turns at blobs, by digest. */
  readonly files: TurnLock;
}

/**
 * Compares a blob's bytes with its digest. A damaged one is put aside, unless it was replaced since it was read, so that it is served
 * no more and pushing it again mends the storage.
 *
 * @returns undefined when there is no such blob
 */
export async function checkBlob(
  { paths, quota, files }: CheckedStorage,
  digest: ContentDigest,
): Promise<{ readonly sound: boolean; readonly bytes: number } | undefined> {
  const path = paths.blob(digest);
  const found = await hashFile(path, algorithmOf(digest));
  if (found === undefined) return undefined;
  if (found.digest === digest) return { sound: true, bytes: found.bytes };
  return await files.exclusive(digest, async () => {
    const again = await hashFile(path, algorithmOf(digest));
    if (again === undefined) return undefined;
    const sound = again.digest === digest;
    if (!sound) {
      await putAside(paths, digest);
      quota.give(again.bytes);
    }
    return { sound, bytes: again.bytes };
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
