import { SealiftError } from '@sealift/core/errors';
import { isFinal, lifecycle, next } from '@sealift/core/upgrade';
import type { Actor } from '../../audit/actor.ts';
import { recordAudit } from '../../audit/audit-log.ts';
import { leaseName } from '../../engine/fenced.ts';
import { applyEvent, readJournal } from '../../engine/journal-store.ts';
import { storedState } from '../../engine/stored-state.ts';
import type { Trx } from '../../store/store.ts';
import { loadUpgrade } from '../queries.ts';
import type { UpgradeServices } from '../upgrade-services.ts';
import { approvedOf, readinessOf } from './readiness.ts';

/**
 * Has an upgrade taken back that is paused, needs a person or was aborted, as long as the way back is open; asking again changes nothing. One that
 * had ended has not any more: it locks the console again, and its evidence is signed anew when it ends.
 *
 * @throws NOT_FOUND, UPGRADE_STATE_ILLEGAL, UPGRADE_ROLLBACK_SHUT, UPGRADE_HASH_MISMATCH, CONSOLE_LOCKED, RECORD_DAMAGED, RECORD_FORMAT_OTHER
 */
export async function rollBackUpgrade(
  services: UpgradeServices,
  actor: Actor,
  id: string,
  reason: string,
): Promise<void> {
  const { db } = services.store;
  await db.transaction().execute(async (trx) => {
    await loadUpgrade(trx, id);
    const row = await trx.selectFrom('upgrade').selectAll().where('id', '=', id).forUpdate().executeTakeFirstOrThrow();
    const state = storedState(row.state);
    if (lifecycle[state].goesBack && !isFinal(state)) return;
    next(state, 'rollback');
    approvedOf(row);
    await lockFor(trx, id);
    const readiness = await readinessOf(trx, row, await readJournal(trx, id));
    if (readiness?.possible !== true) {
      const { reason: why = 'what it changed is not known', remedy } = readiness?.shut ?? {};
      throw new SealiftError('UPGRADE_ROLLBACK_SHUT', {
        place: id,
        values: { id, reason: why },
        ...(remedy === undefined ? {} : { hint: remedy }),
      });
    }
    await trx.updateTable('upgrade').set({ finished_at: null }).where('id', '=', id).execute();
    await trx.updateTable('upgrade_evidence').set({ signed: null }).where('upgrade_id', '=', id).execute();
    const lease = await trx.selectFrom('lease').select('epoch').where('name', '=', leaseName).executeTakeFirst();
    const told = { by: actor.name, ...(reason === '' ? {} : { reason }) };
    const after = await applyEvent(trx, id, 'rollback', lease?.epoch ?? 0, told);
    const undone = readiness.items.filter(({ does, done }) => does === 'undone' && !done).map(({ text }) => text);
    await recordAudit(trx, actor, {
      action: 'upgrade.rollback',
      subject: id,
      details: { before: state, after, reason, undone },
    });
  });
  services.events.publish({ kind: 'upgrade', subject: id });
  services.events.publish({ kind: 'lock', subject: id });
  services.engine.start(id);
}

/** @throws CONSOLE_LOCKED */
async function lockFor(trx: Trx, id: string): Promise<void> {
  const lock = await trx.selectFrom('console_lock').select('upgrade_id').forUpdate().executeTakeFirstOrThrow();
  if (lock.upgrade_id !== null && lock.upgrade_id !== id) {
    throw new SealiftError('CONSOLE_LOCKED', { values: { upgrade: lock.upgrade_id } });
  }
  await trx.updateTable('console_lock').set({ upgrade_id: id }).execute();
}
