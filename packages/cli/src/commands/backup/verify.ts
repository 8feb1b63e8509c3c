import { proofText, reasonText } from '@sealift/core/backup';
import { verifyBackupFile } from '@sealift/server/backup-files';
import type { CliContext } from '../../context.ts';
import { plainLine } from '../../terminal/plain-line.ts';
import { givenFiles } from './given-files.ts';
import type { S3Options } from './s3-options.ts';

export interface VerifyOptions extends S3Options {
  readonly secretKeyFile: string;
  readonly json?: true;
}

/** Verifies the file of a backup. @throws FILE_NOT_FOUND, S3_*, BACKUP_*, RECORD_FORMAT_OTHER, SECRET_KEY_INVALID */
export async function verifyBackup(file: string, options: VerifyOptions, context: CliContext): Promise<void> {
  await using given = await givenFiles(file, options, context);
  const { contents, proof } = await verifyBackupFile(given);
  const { header, begin, omitted } = contents;
  if (options.json === true) {
    const { id, createdAt } = header;
    return context.out(
      JSON.stringify({ id, createdAt, reason: begin.reason, installed: begin.installed, proof, omitted }),
    );
  }
  const { installed } = begin;
  const lines = [
    `backup ${header.id}, made ${header.createdAt} ${reasonText(begin.reason)}`,
    installed === null ? 'of a console without a release' : `of ${installed.product} ${installed.version}`,
    proofText(proof),
    ...omitted.map(({ what, why }) => `not in it: ${what}, for ${why}`),
  ];
  for (const line of lines) context.out(plainLine(line));
}
