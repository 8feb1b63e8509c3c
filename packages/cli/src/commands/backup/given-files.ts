import { existsSync } from 'node:fs';
import { SealiftError } from '@sealift/core/errors';
import type { BackupFile } from '@sealift/server/backup-files';

/** The backup and its key as they were named. @throws FILE_NOT_FOUND before a store is opened for nothing */
export function givenFiles(path: string, { secretKeyFile }: { readonly secretKeyFile: string }): BackupFile {
  if (!existsSync(path)) throw new SealiftError('FILE_NOT_FOUND', { values: { path } });
  return { path, secretKeyFile };
}

/** Whether it is to be done, or only tried. @throws USAGE where neither or both are said: nobody does it by leaving out a word */
export function askedToApply({ dryRun, apply }: { readonly dryRun?: true; readonly apply?: true }): boolean {
  if ((dryRun === true) !== (apply === true)) return apply === true;
  throw new SealiftError('USAGE', { values: { reason: 'give either --dry-run or --apply' } });
}
