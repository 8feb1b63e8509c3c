import type { BackupHeader } from '@sealift/core/backup';
import type { SecretKey } from '../site/secret-key.ts';

/** The key of one file: bound to its whole first line, so that a changed one opens nothing. @param head the line as it is in the file */
export function keyOfFile(key: SecretKey, { salt }: BackupHeader, head: string): Buffer {
  return key.derive(Buffer.from(salt, 'hex'), `sealift backup\0${head}`);
}
