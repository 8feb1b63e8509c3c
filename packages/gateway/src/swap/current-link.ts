import { readlink, rename, rm, symlink } from 'node:fs/promises';
import { basename, join, relative } from 'node:path';
import { removeFile } from '@sealift/io/durable-file';
import { fileWork, hasCode, isMissing } from '@sealift/io/file-errors';
import { syncFolder } from '@sealift/io/sync-folder';
import { unfinishedPath } from '@sealift/io/unfinished';
import type { GatewayFolder } from '../folder.ts';
import { executablePath } from '../update/download.ts';

/** The SHA-256 of the executable that `current` leads to; null where there is no link. */
export async function currentSha256({ current }: Pick<GatewayFolder, 'current'>): Promise<string | null> {
  try {
    const name = basename(await readlink(current));
    return /^[0-9a-f]{64}$/.test(name) ? name : null;
  } catch (error) {
    if (isMissing(error) || hasCode(error, 'EINVAL')) return null;
    throw error;
  }
}

/**
 * Has `current` lead to another executable, in one step: at no time does it lead nowhere. Null takes the link away, so that the executable runs that
 * the gateway was installed with. Doing it again changes nothing.
 *
 * @throws FILE_UNWRITABLE
 */
export async function leadTo(folder: GatewayFolder, sha256: string | null): Promise<void> {
  const { root, current } = folder;
  if ((await currentSha256(folder)) === sha256) return;
  if (sha256 === null) return void (await fileWork(current, () => removeFile(current)));
  const name = unfinishedPath(root);
  await fileWork(current, async () => {
    await symlink(relative(root, executablePath(folder, sha256)), name);
    try {
      await rename(name, join(root, basename(current)));
    } catch (error) {
      await rm(name, { force: true });
      throw error;
    }
    await syncFolder(root);
  });
}
