import { proofText, reasonText } from '@sealift/core/backup';
import { SealiftError } from '@sealift/core/errors';
import { verifyBackupFile } from '@sealift/server/backup-files';
import type { CliContext } from '../../context.ts';
import { plainLine } from '../../terminal/plain-line.ts';
import { givenFiles } from './given-files.ts';
import type { S3Options } from './s3-options.ts';

export interface VerifyOptions extends S3Options {
  readonly secretKeyFile: string;
  readonly kubeApiserver?: string;
  readonly etcd?: string;
  readonly json?: true;
}

/** Verifies the file of a backup. @throws USAGE, REHEARSAL_*, FILE_NOT_FOUND, S3_*, BACKUP_*, RECORD_FORMAT_OTHER, SECRET_KEY_INVALID */
export async function verifyBackup(file: string, options: VerifyOptions, context: CliContext): Promise<void> {
  const load = loader(options, context);
  await using given = await givenFiles(file, options, context);
  const { contents, proof } = await verifyBackupFile(given, load);
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

/** What loads the objects into an API server, where one is given. @throws USAGE */
function loader(
  { kubeApiserver, etcd }: VerifyOptions,
  { env, cancel }: CliContext,
): Parameters<typeof verifyBackupFile>[1] {
  if (kubeApiserver === undefined && etcd === undefined) return undefined;
  if (kubeApiserver === undefined || etcd === undefined) {
    throw new SealiftError('USAGE', { values: { reason: 'give --kube-apiserver and --etcd, both or neither' } });
  }
  return async (backup) => {
    // Loaded where it is needed: it brings all of a site.
    const { loadObjects } = await import('@sealift/site/load-objects');
    return await loadObjects(backup, { kubeApiserver, etcd }, { folder: env['TMPDIR'], cancel });
  };
}
