import { type RestoredConsole, restoreBackupFile } from '@sealift/server/backup-files';
import type { CliContext } from '../../context.ts';
import { plainLine } from '../../terminal/plain-line.ts';
import { askedToApply, givenFiles } from './given-files.ts';
import type { S3Options } from './s3-options.ts';

export interface RestoreOptions extends S3Options {
  readonly secretKeyFile: string;
  readonly data: string;
  readonly replace?: true;
  readonly dryRun?: true;
  readonly apply?: true;
  readonly json?: true;
}

/** Restores the console of a backup. @throws USAGE, CONSOLE_NOT_EMPTY, STORE_IN_USE, S3_*, BACKUP_*, RECORD_FORMAT_OTHER */
export async function restoreBackup(file: string, options: RestoreOptions, context: CliContext): Promise<void> {
  const dryRun = !askedToApply(options);
  await using given = await givenFiles(file, options, context);
  const databaseUrl = context.env['DATABASE_URL'];
  const { contents, rows, ended, key } = await restoreBackupFile(given, {
    dataDir: options.data,
    ...(databaseUrl === undefined || databaseUrl === '' ? {} : { databaseUrl }),
    replace: options.replace === true,
    dryRun,
  });
  const { id, createdAt } = contents.header;
  if (options.json === true) return context.out(JSON.stringify({ id, createdAt, rows, ended, key, applied: !dryRun }));
  const lines = [
    dryRun
      ? `On trial: ${rows} rows of backup ${id}, made ${createdAt}, can be restored; nothing was changed.`
      : `${rows} rows of backup ${id}, made ${createdAt}, are restored.`,
    ...ended.map(
      (upgrade) =>
        `Upgrade ${upgrade} was under way when it was made: it ${dryRun ? 'would be' : 'is'} ended as aborted.`,
    ),
    'Sessions, tokens and links are not in a backup: sign in, and make new tokens.',
    ...keyLines(key, options.secretKeyFile),
  ];
  for (const line of lines) context.out(plainLine(line));
}

function keyLines(key: RestoredConsole['key'], file: string): string[] {
  if (key === 'copied') return ['The key file is copied into the data folder.'];
  if (key !== 'other') return [];
  return [
    `The data folder has another key: start the console with --secret-key-file ${file}, or it can read no stored login.`,
  ];
}
