import { type BackupList, backupListSchema, backupScheduleSchema } from '@sealift/core/api';
import { SealiftError } from '@sealift/core/errors';
import { connect } from '../../client/connect.ts';
import type { CliContext } from '../../context.ts';
import { backupsUrl } from './print.ts';

export interface ScheduleOptions {
  readonly every?: string;
  readonly off?: true;
  readonly keep?: string;
  readonly json?: true;
}

/** Shows or sets when backups are made by themselves. @throws USAGE, PLATFORM_* */
export async function scheduleBackups(options: ScheduleOptions, context: CliContext): Promise<void> {
  const { every, off, keep, json } = options;
  if (every !== undefined && off === true) throw usage('--every and --off exclude each other');
  const api = await connect(context);
  const { schedule: before } = await api.get(backupsUrl, backupListSchema);
  const isChange = every !== undefined || off === true || keep !== undefined;
  const { schedule } = isChange
    ? await api.put(`${backupsUrl}/schedule`, wanted(options, before), backupListSchema)
    : { schedule: before };
  context.out(json === true ? JSON.stringify(schedule) : scheduleText(schedule));
}

function wanted({ every, off, keep }: ScheduleOptions, before: BackupList['schedule']) {
  const parsed = backupScheduleSchema.safeParse({
    everyHours: off === true ? null : every === undefined ? before.everyHours : Number(every),
    keep: keep === undefined ? before.keep : Number(keep),
  });
  if (parsed.success) return parsed.data;
  throw usage('--every takes 1 to 744 hours, --keep a count from 1 to 1000');
}

function usage(reason: string): SealiftError {
  return new SealiftError('USAGE', { values: { reason } });
}

/** When backups are made by themselves, in a sentence. */
export function scheduleText({ everyHours, keep, begunAt, dueAt, isMissed }: BackupList['schedule']): string {
  if (everyHours === null) return 'No backup is made by itself.';
  const last = begunAt === null ? 'none was yet' : `the last one was begun ${begunAt}`;
  const missed = isMissed
    ? `; MISSED since ${dueAt}: no console ran, or an upgrade was under way`
    : `, the next one is due ${dueAt}`;
  return `One is made by itself every ${everyHours} hours, of which ${keep} are kept; ${last}${missed}.`;
}
