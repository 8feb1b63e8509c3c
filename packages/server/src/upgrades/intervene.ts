import { isFinal, lifecycle, type PersonEvent, upgradeStates } from '@sealift/core/upgrade';
import type { Actor } from '../audit/actor.ts';
import { recordAudit } from '../audit/audit-log.ts';
import { leaseName } from '../engine/fenced.ts';
import { applyEvent } from '../engine/journal-store.ts';
import { shownState, stateBefore } from '../engine/stored-state.ts';
import { lockedBy } from '../store/change.ts';
import type { Trx } from '../store/store.ts';
import type { UpgradeServices } from './upgrade-services.ts';
import { loadUpgrade } from './queries.ts';

/** What a person may do to an upgrade that was confirmed. */
type Intervention = Exclude<PersonEvent, 'confirm' | 'rollback'>;

/**
 * Pauses, resumes or aborts; asking for what is so already changes nothing. The engine sees it at its next safe point; there it ends what is
 * aborted, also what needed a person or has a state that cannot be read. An abort also opens a console that an upgrade locks which is lost.
 *
 * @throws NOT_FOUND, UPGRADE_STATE_ILLEGAL, RECORD_DAMAGED
 */
export async function intervene(
  services: UpgradeServices,
  actor: Actor,
  id: string,
  intervention: Intervention,
  reason: string,
): Promise<void> {
  const { db } = services.store;
  await db.transaction().execute(async (trx) => {
    if (intervention === 'abort' && (await endAbandonedLock(trx, actor, id, reason))) return;
    await loadUpgrade(trx, id);
    const row = await trx.selectFrom('upgrade').selectAll().where('id', '=', id).forUpdate().executeTakeFirstOrThrow();
    const before = stateBefore(row.state, intervention);
    const results = upgradeStates.map((state) => lifecycle[state].on[intervention]);
    if (lifecycle[before].on[intervention] === undefined && results.includes(before) && !isFinal(before)) return;
    const lease = await trx.selectFrom('lease').select('epoch').where('name', '=', leaseName).executeTakeFirst();
    const told = { by: actor.name, ...(reason === '' ? {} : { reason }) };
    const after = await applyEvent(trx, id, intervention, lease?.epoch ?? 0, told);
    await recordAudit(trx, actor, {
      action: `upgrade.${intervention}`,
      subject: id,
      details: { before: row.state.slice(0, 40), after, reason },
    });
  });
  services.events.publish({ kind: 'upgrade', subject: id });
  services.events.publish({ kind: 'lock', subject: id });
  if (intervention !== 'pause') services.engine.start(id);
}

/** Opens a console that is locked by an upgrade which is lost, or has ended: nothing else would ever open it. */
async function endAbandonedLock(trx: Trx, actor: Actor, id: string, reason: string): Promise<boolean> {
  if ((await lockedBy(trx)) !== id) return false;
  const row = await trx.selectFrom('upgrade').select('state').where('id', '=', id).executeTakeFirst();
  if (row !== undefined && lifecycle[shownState(row.state)].locksConsole) return false;
  await trx.updateTable('console_lock').set({ upgrade_id: null }).where('upgrade_id', '=', id).execute();
  await recordAudit(trx, actor, {
    action: 'console.unlock',
    subject: id,
    details: { upgrade: row?.state ?? 'lost', reason },
  });
  return true;
}
