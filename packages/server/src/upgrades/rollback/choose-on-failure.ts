import type { OnFailure } from '@sealift/core/upgrade';
import type { Actor } from '../../audit/actor.ts';
import { recordAudit } from '../../audit/audit-log.ts';
import { change } from '../../store/change.ts';
import type { Db } from '../../store/store.ts';
import { assertDraft } from '../assert-draft.ts';
import { onFailureOf } from '../freeze.ts';
import { loadUpgrade } from '../queries.ts';

/** Chooses what a failure does that stops the upgrade; its hash changes with it. @throws NOT_FOUND, UPGRADE_NOT_DRAFT, CONSOLE_LOCKED */
export async function chooseOnFailure(db: Db, actor: Actor, id: string, onFailure: OnFailure): Promise<void> {
  await change(db, async (trx) => {
    const row = await loadUpgrade(trx, id);
    assertDraft(row);
    const before = onFailureOf(row);
    if (before === onFailure) return;
    await trx
      .updateTable('upgrade')
      .set({ on_failure: onFailure })
      .where('id', '=', id)
      .where('state', '=', 'draft')
      .execute();
    await recordAudit(trx, actor, { action: 'upgrade.on-failure', subject: id, details: { before, after: onFailure } });
  });
}
