import { backupListSchema, backupStages } from '@sealift/core/api';
import { reasonText } from '@sealift/core/backup';
import { connect } from '../../client/connect.ts';
import type { CliContext } from '../../context.ts';
import { plainLine } from '../../terminal/plain-line.ts';
import { backupLine, backupsUrl } from './print.ts';
import { scheduleText } from './schedule.ts';

/** Lists backups. @throws PLATFORM_* */
export async function listBackups({ json }: { readonly json?: true }, context: CliContext): Promise<void> {
  const list = await (await connect(context)).get(backupsUrl, backupListSchema);
  if (json === true) return context.out(JSON.stringify(list));
  const { backups, running, lastFailure, schedule, store, storeProblem, keyPath } = list;
  const lines = [
    ...backups.map(backupLine),
    ...(backups.length === 0 ? ['There is no backup.'] : []),
    ...(running === null
      ? []
      : [`being made since ${running.since}, ${reasonText(running.reason)}: ${backupStages[running.stage]}`]),
    ...(lastFailure === null ? [] : [`THE LAST ONE FAILED at ${lastFailure.at}: ${lastFailure.message}`]),
    scheduleText(schedule),
    ...(storeProblem === null ? [] : [`THE STORE CANNOT TELL WHAT IT HAS: ${storeProblem}`]),
    `They are kept in ${store.place}${store.bucket === null ? " on the console's machine" : ''}, sealed with ${keyPath}: keep a copy of that key in another place, for without it none can be opened.`,
  ];
  for (const line of lines) context.out(plainLine(line));
}
