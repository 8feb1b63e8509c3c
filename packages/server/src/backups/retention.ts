import { rm } from 'node:fs/promises';
import { SealiftError } from '@sealift/core/errors';
import { isFinal } from '@sealift/core/upgrade';
import { type Actor, systemActor } from '../audit/actor.ts';
import { recordAudit } from '../audit/audit-log.ts';
import { shownState } from '../engine/stored-state.ts';
import { change } from '../store/change.ts';
import type { Db, Trx } from '../store/store.ts';
import type { BackupRow } from '../store/tables.ts';
import type { BackupKeeper } from './backup-keeper.ts';

/** Removes what was made by itself and has so many newer ones; what a person or an upgrade made stays. */
export async function removeSuperseded(db: Db, keeper: BackupKeeper, keep: number): Promise<void> {
  const rows = await db
    .selectFrom('backup')
    .selectAll()
    .where('reason', '=', JSON.stringify({ why: 'schedule' }))
    .orderBy('created_at', 'desc')
    .offset(keep)
    .execute();
  for (const row of rows) {
    await db.transaction().execute((trx) => forget(trx, systemActor, row));
    await rm(keeper.pathOf(row), { force: true });
  }
}

/**
 * Removes a backup, row first: a file that nobody knows of is found in the folder, a row without its file would be taken for a backup.
 *
 * @throws NOT_FOUND, BACKUP_NEEDED while its upgrade is under way, CONSOLE_LOCKED
 */
export async function removeBackup(db: Db, keeper: BackupKeeper, actor: Actor, row: BackupRow): Promise<void> {
  await change(db, async (trx) => {
    await refuseNeeded(trx, row);
    await forget(trx, actor, row);
  });
  await rm(keeper.pathOf(row), { force: true });
}

async function refuseNeeded(trx: Trx, { upgrade_id: id, reference }: BackupRow): Promise<void> {
  if (id === null) return;
  const upgrade = await trx.selectFrom('upgrade').select('state').where('id', '=', id).executeTakeFirst();
  if (upgrade === undefined || isFinal(shownState(upgrade.state))) return;
  throw new SealiftError('BACKUP_NEEDED', { values: { reference, reason: `the upgrade ${id} has not ended` } });
}

async function forget(trx: Trx, actor: Actor, { id, reference, sha256 }: BackupRow): Promise<void> {
  await trx.deleteFrom('backup').where('id', '=', id).execute();
  await recordAudit(trx, actor, { action: 'backup.remove', subject: reference, details: { sha256 } });
}
