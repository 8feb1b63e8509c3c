import { chmodSync, chownSync } from 'node:fs';
import { lchown, lstat, readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { reasonOf, SealiftError } from '@sealift/core/errors';
import { fileWork, isMissing } from '@sealift/io/file-errors';
import { makeFolder } from '@sealift/io/make-folder';
import { PendingFile } from '@sealift/io/pending-file';
import { readBounded } from '@sealift/io/read-file';

/** An account and its group. */
export interface Owner {
  readonly uid: number;
  readonly gid: number;
}

/** More than any file of a support host has. */
const limitBytes = 1024 * 1024;

/** A file of a support host; undefined where there is none. @throws FILE_UNREADABLE, also where it belongs to another account */
export async function readHostFile(path: string): Promise<string | undefined> {
  try {
    return (await readBounded(path, limitBytes)).toString('utf8');
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw new SealiftError('FILE_UNREADABLE', { values: { path, reason: reasonOf(error) }, place: path, cause: error });
  }
}

/** Replaces a file in one step, with this mode whatever the umask is, and for this account where one is named. @throws FILE_UNWRITABLE */
export async function writeHostFile(path: string, content: string, mode: number, owner?: Owner): Promise<void> {
  await using file = await PendingFile.create(dirname(path), { mode: 0o600, shownAs: path });
  await file.write(Buffer.from(content));
  await file.chmod(mode);
  if (owner !== undefined) await file.chown(owner.uid, owner.gid);
  await file.commit(path);
}

/** Makes a folder, with this mode whatever the umask is, and for this account where one is named. @throws FILE_UNWRITABLE */
export async function makeHostFolder(path: string, mode: number, owner?: Owner): Promise<void> {
  await fileWork(path, async () => {
    makeFolder(path, 0o700);
    chmodSync(path, mode);
    if (owner !== undefined) chownSync(path, owner.uid, owner.gid);
  });
}

/** Gives a file, or a folder and all in it, to an account; links are given and not followed. @throws FILE_UNWRITABLE */
export async function giveTree(path: string, { uid, gid }: Owner): Promise<void> {
  await fileWork(path, async () => {
    const found = await lstat(path);
    if (found.isDirectory()) {
      for (const name of await readdir(path)) await giveTree(join(path, name), { uid, gid });
    }
    await lchown(path, uid, gid);
  });
}
