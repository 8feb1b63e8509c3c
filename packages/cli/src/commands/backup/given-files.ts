import { existsSync } from 'node:fs';
import { SealiftError } from '@sealift/core/errors';
import type { BackupFile } from '@sealift/server/backup-files';

/** The backup and its key as they were named. @throws FILE_NOT_FOUND before a store is opened for nothing */
export function givenFiles(path: string, { secretKeyFile }: { readonly secretKeyFile: string }): BackupFile {
  if (!existsSync(path)) throw new SealiftError('FILE_NOT_FOUND', { values: { path } });
  return { path, secretKeyFile };
}
