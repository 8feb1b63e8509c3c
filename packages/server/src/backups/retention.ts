import { SealiftError } from '@sealift/core/errors';
import { isFinal } from '@sealift/core/upgrade';
import { type Actor, systemActor } from '../audit/actor.ts';
import { recordAudit } from '../audit/audit-log.ts';
import { shownState } from '../engine/stored-state.ts';
import { change } from '../store/change.ts';
import type { Db, Trx } from '../store/store.ts';
import type { BackupRow } from '../store/tables/backups.ts';
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
    await (await keeper.places.of(row)).remove(row.reference);
    await db.transaction().execute((trx) => forget(trx, systemActor, row));
  }
}

/**
 * Removes a backup, its file first: where the store does not answer it stays listed, and may be removed again; a row whose file is gone says so.
 *
 * @throws NOT_FOUND, BACKUP_NEEDED while its upgrade is under way, BACKUP_ELSEWHERE, S3_…, CONSOLE_LOCKED
 */
export async function removeBackup(db: Db, keeper: BackupKeeper, actor: Actor, row: BackupRow): Promise<void> {
  await change(db, (trx) => refuseNeeded(trx, row));
  await (await keeper.places.of(row)).remove(row.reference);
  await db.transaction().execute((trx) => forget(trx, actor, row));
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
