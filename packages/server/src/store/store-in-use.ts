import { SealiftError } from '@sealift/core/errors';
import type { FolderHolder } from '@sealift/io/folder-lock';

/** The refusal of a second process on one data folder. */
export function storeInUse(folder: string, { pid, host }: FolderHolder): SealiftError {
  return new SealiftError('STORE_IN_USE', { place: folder, values: { folder, pid, host } });
}
