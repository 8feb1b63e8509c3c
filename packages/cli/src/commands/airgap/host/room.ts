import { statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import { SealiftError } from '@sealift/core/errors';
import { isMissing } from '@sealift/io/file-errors';

/** Room in a folder, in bytes; of the nearest one above that is there. */
export async function freeBytesOf(folder: string): Promise<number> {
  try {
    const { bavail, bsize } = await statfs(folder);
    return bavail * bsize;
  } catch (error) {
    if (isMissing(error) && dirname(folder) !== folder) return await freeBytesOf(dirname(folder));
    throw error;
  }
}

/** @throws AIRGAP_NO_ROOM */
export async function assertRoom(folder: string, neededBytes: number): Promise<void> {
  const freeBytes = await freeBytesOf(folder);
  if (freeBytes >= neededBytes) return;
  throw new SealiftError('AIRGAP_NO_ROOM', { values: { folder, neededBytes, freeBytes }, place: folder });
}
