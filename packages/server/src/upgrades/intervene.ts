import { isFinal, lifecycle, type PersonEvent, upgradeStates, upgradeStateSchema } from '@sealift/core/upgrade';
import type { Actor } from '../audit/actor.ts';
import { recordAudit } from '../audit/audit-log.ts';
import { leaseName } from '../engine/fenced.ts';
import { applyEvent } from '../engine/journal-store.ts';
import type { UpgradeServices } from './upgrade-services.ts';
import { loadUpgrade } from './queries.ts';

/** What a person may do to an upgrade that was confirmed. */
export type Intervention = Exclude<PersonEvent, 'confirm'>;

/**
 * Pauses, resumes or aborts; asking for what is so already changes nothing. The engine sees it at its next safe point. An upgrade
 * that needs a person ends at once with an abort, and what was done stays.
 *
 * @throws NOT_FOUND, UPGRADE_STATE_ILLEGAL
 */
export async function intervene(
  services: UpgradeServices,
  actor: Actor,
  id: string,
  intervention: Intervention,
  reason: string,
): Promise<void> {
  const { db } = services.store;
  await loadUpgrade(db, id);
  await db.transaction().execute(async (trx) => {
    const row = await trx.selectFrom('upgrade').selectAll().where('id', '=', id).forUpdate().executeTakeFirstOrThrow();
    const before = upgradeStateSchema.parse(row.state);
    const results = upgradeStates.map((state) => lifecycle[state].on[intervention]);
    if (lifecycle[before].on[intervention] === undefined && results.includes(before) && !isFinal(before)) return;
    const lease = await trx.selectFrom('lease').select('epoch').where('name', '=', leaseName).executeTakeFirst();
    const told = { by: actor.name, ...(reason === '' ? {} : { reason }) };
    const after = await applyEvent(trx, id, intervention, lease?.epoch ?? 0, told);
    await recordAudit(trx, actor, {
      action: `upgrade.${intervention}`,
      subject: id,
      details: { before, after, reason },
    });
  });
  services.events.publish({ kind: 'upgrade', subject: id });
  services.events.publish({ kind: 'lock', subject: id });
  if (intervention !== 'pause') services.engine.start(id);
}
