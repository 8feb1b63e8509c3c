import { type UpgradeState, upgradeStateSchema } from '@sealift/core/api';
import { SealiftError } from '@sealift/core/errors';
import type { Actor } from '../audit/actor.ts';
import { recordAudit } from '../audit/audit-log.ts';
import { writeState } from '../engine/journal-store.ts';
import { leaseName } from '../engine/fenced.ts';
import type { UpgradeServices } from './upgrade-services.ts';
import { loadUpgrade } from './load.ts';

/** What a person may do to an upgrade that was confirmed. */
export type Intervention = 'pause' | 'resume' | 'abort';

/**
 * Pauses, resumes or aborts. The engine sees it at its next safe point. An upgrade that needs a person ends at once with an abort,
 * and what was done stays.
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
    const after = stateAfter(intervention, before);
    if (before === after) return;
    if (before === 'draft' || before === 'ready') {
      throw new SealiftError('UPGRADE_STATE_ILLEGAL', { values: { from: before, to: after } });
    }
    const lease = await trx.selectFrom('lease').select('epoch').where('name', '=', leaseName).executeTakeFirst();
    await writeState(trx, id, after, lease?.epoch ?? 0, { by: actor.name, ...(reason === '' ? {} : { reason }) });
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

function stateAfter(intervention: Intervention, before: UpgradeState): UpgradeState {
  if (intervention === 'pause') return 'paused';
  if (intervention === 'resume') return 'running';
  return before === 'needs-human' ? 'aborted' : 'aborting';
}
