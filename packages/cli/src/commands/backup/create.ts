import { backupListSchema, backupStages } from '@sealift/core/api';
import { SealiftError } from '@sealift/core/errors';
import { describeEtcdSnapshot } from '@sealift/site/describe-etcd-snapshot';
import { connect } from '../../client/connect.ts';
import { polls } from '../../client/polls.ts';
import type { CliContext } from '../../context.ts';
import { backupLine, backupsUrl } from './print.ts';

export interface CreateOptions {
  readonly etcdSnapshot?: string;
  readonly json?: true;
}

/** Makes a backup and waits for it. @throws BACKUP_FAILED, FILE_*, ETCD_SNAPSHOT_FAILED, PLATFORM_*, CANCELLED */
export async function createBackup({ etcdSnapshot: file, json }: CreateOptions, context: CliContext): Promise<void> {
  const beside = file === undefined ? undefined : { etcdSnapshot: await describeEtcdSnapshot(file, context.cancel) };
  const api = await connect(context);
  const begun = await api.post(backupsUrl, beside, backupListSchema);
  const known = new Set(begun.backups.map(({ id }) => id));
  const since = begun.running?.since ?? new Date().toISOString();
  let told = '';
  const goesOn = 'The backup goes on: look with `sealift backup list`.';
  for await (const poll of polls(() => api.get(backupsUrl, backupListSchema), context, goesOn)) {
    if ('away' in poll) continue;
    const { running, backups, lastFailure } = poll.answer;
    if (running !== null && running.since === since) {
      const text = backupStages[running.stage];
      if (text !== told) context.note(`${text} …`);
      told = text;
      continue;
    }
    const made = backups.find(({ id, createdAt }) => !known.has(id) && createdAt >= since);
    if (made !== undefined) return context.out(json === true ? JSON.stringify(made) : backupLine(made));
    const reason = lastFailure?.message ?? 'the console ended while it was made';
    throw new SealiftError('BACKUP_FAILED', { values: { reason } });
  }
}
