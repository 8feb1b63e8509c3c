import { rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fileWork } from '@sealift/io/file-errors';
import { makeFolder } from '@sealift/io/make-folder';
import { removeUnfinished } from '@sealift/io/unfinished';
import { openBackupFile } from '../open-file.ts';
import type { BackupPlace } from './place.ts';

/** No backup takes so long to write: what is older was left by a process that was killed. */
const longestWriteMs = 60 * 60 * 1000;

/** Makes the folder that backups are written in. @throws FILE_UNWRITABLE */
export async function prepareFolder(folder: string): Promise<void> {
  await fileWork(folder, async () => makeFolder(folder, 0o700));
  await removeUnfinished(folder, longestWriteMs);
}

/** The folder of a console. */
export function folderPlace(folder: string): BackupPlace {
  const pathOf = (reference: string): string => join(folder, reference);
  return {
    address: null,
    prepare: () => prepareFolder(folder),
    draftOf: pathOf,
    // It was written where it stays.
    keep: () => Promise.resolve(),
    open: (reference) => openBackupFile(pathOf(reference), reference),
    copyOf: ({ reference }) =>
      Promise.resolve({ path: pathOf(reference), [Symbol.asyncDispose]: () => Promise.resolve() }),
    async sizesOf(references) {
      const found = references.map(async (reference) => {
        const { size } = (await stat(pathOf(reference)).catch(() => undefined)) ?? {};
        return size === undefined ? [] : [[reference, size] as const];
      });
      return new Map((await Promise.all(found)).flat());
    },
    remove: (reference) => rm(pathOf(reference), { force: true }),
  };
}
