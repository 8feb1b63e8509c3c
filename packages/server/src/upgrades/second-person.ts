import { type Approval, isAllowed } from '@sealift/core/api';
import { SealiftError } from '@sealift/core/errors';
import { newsOfRequest } from '@sealift/core/notification';
import { recordAudit } from '../audit/audit-log.ts';
import type { Principal } from '../http/principal.ts';
import { recordNews } from '../outbox/record-news.ts';
import { change } from '../store/change.ts';
import type { Db, Trx } from '../store/store.ts';
import type { UpgradeRow } from '../store/tables/upgrades.ts';

/** Whether an upgrade starts now: `approved` where no second person is needed, or the caller is that person. */
export type Approved =
  | { readonly outcome: 'approved'; readonly askedBy: string | null }
  | { readonly outcome: 'asked' };

/**
 * What Confirm does where an upgrade needs another person's approval: the first one asks, and one of another account approves the very same. In the
 * transaction of Confirm, so that of two at once one asks and the other one approves.
 *
 * @throws SECOND_PERSON_NEEDED where the one who asked confirms once more
 */
export async function askOrApprove(trx: Trx, principal: Principal, row: UpgradeRow, hash: string): Promise<Approved> {
  const { id, product, from_version: from, to_version: to } = row;
  const policy = await trx.selectFrom('access_policy').select('second_person').forShare().executeTakeFirstOrThrow();
  if (!policy.second_person) return { outcome: 'approved', askedBy: null };
  const asked = await standingRequest(trx, id, hash);
  if (asked !== undefined && asked.account_id === principal.accountId) {
    throw new SealiftError('SECOND_PERSON_NEEDED', { place: id, values: { asked: asked.asked_by } });
  }
  if (asked !== undefined) return { outcome: 'approved', askedBy: asked.asked_by };
  const request = { hash, account_id: principal.accountId, asked_by: principal.name, asked_at: new Date() };
  await trx
    .insertInto('confirm_request')
    .values({ upgrade_id: id, ...request })
    .onConflict((conflict) => conflict.column('upgrade_id').doUpdateSet(request))
    .execute();
  await recordAudit(trx, principal, { action: 'upgrade.ask', subject: id, details: { hash } });
  await recordNews(trx, newsOfRequest({ id, product, from, to }, principal.name));
  return { outcome: 'asked' };
}

/** Takes a request for approval back. @throws NOT_FOUND, CONSOLE_LOCKED */
export async function withdrawRequest(db: Db, principal: Principal, id: string): Promise<void> {
  await change(db, async (trx) => {
    const gone = await trx
      .deleteFrom('confirm_request')
      .where('upgrade_id', '=', id)
      // Who asked for one that was confirmed stays known.
      .where('upgrade_id', 'in', trx.selectFrom('upgrade').select('id').where('confirmed_at', 'is', null))
      .returning(['hash', 'asked_by'])
      .executeTakeFirst();
    if (gone === undefined) throw new SealiftError('NOT_FOUND', { values: { what: 'request to approve', name: id } });
    const details = { hash: gone.hash, askedBy: gone.asked_by };
    await recordAudit(trx, principal, { action: 'upgrade.withdraw-request', subject: id, details });
  });
}

/** Whether an upgrade needs a second person, and who has asked. */
export async function approvalOf(db: Db, row: UpgradeRow, hash: string | null): Promise<Approval> {
  const asked = await db.selectFrom('confirm_request').selectAll().where('upgrade_id', '=', row.id).executeTakeFirst();
  const shown = asked === undefined ? null : { by: asked.asked_by, at: asked.asked_at.toISOString() };
  if (row.confirmed_at !== null) {
    return { required: shown !== null, asked: shown === null ? null : { ...shown, stands: true } };
  }
  const policy = await db.selectFrom('access_policy').select('second_person').executeTakeFirstOrThrow();
  const stands = hash !== null && (await standingRequest(db, row.id, hash)) !== undefined;
  return { required: policy.second_person, asked: shown === null ? null : { ...shown, stands } };
}

/** The request for exactly this, by somebody who could still confirm it. */
async function standingRequest(db: Db, id: string, hash: string) {
  const asked = await db
    .selectFrom('confirm_request')
    .innerJoin('account', 'account.id', 'confirm_request.account_id')
    .selectAll('confirm_request')
    .select('account.role')
    .where('upgrade_id', '=', id)
    .where('hash', '=', hash)
    .where('account.disabled_at', 'is', null)
    .executeTakeFirst();
  return asked !== undefined && isAllowed(asked.role, 'upgrades.confirm') ? asked : undefined;
}
