import { open } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { reasonOf, SealiftError } from '@sealift/core/errors';

/** Opens the file of a backup for reading; it is closed with the stream. @throws BACKUP_DAMAGED where it cannot be opened */
export async function openBackupFile(path: string, reference: string): Promise<Readable> {
  try {
    return (await open(path, 'r')).createReadStream();
  } catch (cause) {
    const reason = `its file ${path} cannot be read: ${reasonOf(cause)}`;
    throw new SealiftError('BACKUP_DAMAGED', { values: { reference, reason }, cause });
  }
}
