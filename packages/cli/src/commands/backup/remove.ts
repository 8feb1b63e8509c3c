import { connect } from '../../client/connect.ts';
import type { CliContext } from '../../context.ts';
import { backupUrl } from './print.ts';

/** Removes a backup. @throws BACKUP_NEEDED, NOT_FOUND, PLATFORM_* */
export async function removeBackup(id: string, { json }: { readonly json?: true }, context: CliContext): Promise<void> {
  await (await connect(context)).deleteOnly(backupUrl(id));
  context.out(json === true ? JSON.stringify({ removed: id }) : `Backup ${id} is removed.`);
}
