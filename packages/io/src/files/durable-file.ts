import { type FileHandle, open, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { makeFolder } from './make-folder.ts';
import { fileWork, hasCode, isMissing } from './file-errors.ts';
import { PendingFile } from './pending-file.ts';
import { syncFolder } from './sync-folder.ts';

/**
 * Replaces a small file in one step: temporary file beside it, fsync, rename, fsync of the folder. After a crash at any point
 * the name has the old content or the new one. The folder is made where it is missing.
 *
 * @throws FILE_UNWRITABLE
 */
export async function writeFileAtomically(path: string, content: string | Uint8Array, mode = 0o644): Promise<void> {
  const folder = dirname(path);
  await fileWork(path, async () => makeFolder(folder));
  await using file = await PendingFile.create(folder, { mode, shownAs: path });
  await file.write(typeof content === 'string' ? Buffer.from(content) : content);
  await file.commit(path);
}

/**
 * Writes a new small file durably and never over another one. The folder is made where it is missing.
 *
 * @returns false when something has the name already
 * @throws FILE_UNWRITABLE; nothing is left then
 */
export async function createFile(path: string, content: string | Uint8Array, mode: number): Promise<boolean> {
  return await fileWork(path, async () => {
    makeFolder(dirname(path));
    const file = await openNew(path, mode);
    if (file === undefined) return false;
    try {
      await file.writeFile(content);
      await file.sync();
    } catch (error) {
      await rm(path, { force: true }).catch(() => undefined);
      throw error;
    } finally {
      await file.close();
    }
    await syncFolder(dirname(path));
    return true;
  });
}

/** Removes a file for good. @returns false when there was none */
export async function removeFile(path: string): Promise<boolean> {
  try {
    await rm(path);
  } catch (error) {
    if (isMissing(error)) return false;
    throw error;
  }
  await syncFolder(dirname(path));
  return true;
}

async function openNew(path: string, mode: number): Promise<FileHandle | undefined> {
  try {
    return await open(path, 'wx', mode);
  } catch (error) {
    if (hasCode(error, 'EEXIST')) return undefined;
    throw error;
  }
}
