import { SealiftError } from '@sealift/core/errors';
import { type FinaliseStage, finaliseStage, lifecycle } from '@sealift/core/upgrade';
import type { Actor } from '../../audit/actor.ts';
import { recordAudit } from '../../audit/audit-log.ts';
import { readJournal } from '../../engine/journal-store.ts';
import { storedState } from '../../engine/stored-state.ts';
import { loadUpgrade } from '../queries.ts';
import type { UpgradeServices } from '../upgrade-services.ts';
import { approvedOf } from './readiness.ts';

const tooSoonOrLate: Readonly<Record<Exclude<FinaliseStage, 'waits'>, string>> = {
  'not-yet': 'its control plane does not run the new minor as a whole yet',
  begun: 'what cannot be taken back has begun already',
};

/**
 * Says that an upgrade's control plane need not go back any more; the engine, which waits for that, goes on. Saying it again changes nothing.
 *
 * @throws NOT_FOUND, UPGRADE_NOT_FINALISABLE, UPGRADE_HASH_MISMATCH, RECORD_DAMAGED, RECORD_FORMAT_OTHER
 */
export async function finaliseUpgrade(services: UpgradeServices, actor: Actor, id: string): Promise<void> {
  const { db } = services.store;
  await db.transaction().execute(async (trx) => {
    await loadUpgrade(trx, id);
    // A pause, an abort and a way back wait for this row, and this waits for them.
    const row = await trx.selectFrom('upgrade').selectAll().where('id', '=', id).forUpdate().executeTakeFirstOrThrow();
    const refuse = (reason: string) =>
      new SealiftError('UPGRADE_NOT_FINALISABLE', { place: id, values: { id, reason } });
    const state = storedState(row.state);
    if (state !== 'running' && state !== 'paused') throw refuse(`it is ${lifecycle[state].label.toLowerCase()}`);
    const stage = finaliseStage(approvedOf(row).plan, await readJournal(trx, id));
    if (stage === undefined) throw refuse('it was not started with --reversible');
    if (row.finalised_by !== null) return;
    if (stage !== 'waits') throw refuse(tooSoonOrLate[stage]);
    await trx.updateTable('upgrade').set({ finalised_by: actor.name }).where('id', '=', id).execute();
    await recordAudit(trx, actor, { action: 'upgrade.finalise', subject: id, details: { state } });
  });
  services.events.publish({ kind: 'upgrade', subject: id });
  services.engine.start(id);
}
