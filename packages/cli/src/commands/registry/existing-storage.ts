import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { SealiftError } from '@sealift/core/errors';
import { RegistryStorage } from '@sealift/registry/storage';

/** Care is taken of a registry that is there; a mistyped path must not become an empty one. */
export async function openExisting(folder: string): Promise<RegistryStorage> {
  const found = await stat(join(folder, 'repositories')).catch(() => undefined);
  if (found?.isDirectory() !== true) {
    throw new SealiftError('FILE_NOT_FOUND', {
      values: { path: join(folder, 'repositories') },
      place: '--storage',
      hint: 'Name the folder that `sealift registry serve --storage` was given.',
    });
  }
  return await RegistryStorage.open(folder);
}
