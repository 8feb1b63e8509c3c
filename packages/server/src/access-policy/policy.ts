import type { AccessPolicy, AccessPolicyRequest } from '@sealift/core/api';
import type { Actor } from '../audit/actor.ts';
import { recordAudit } from '../audit/audit-log.ts';
import { recordChanged } from '../http/if-match.ts';
import type { Db, Trx } from '../store/store.ts';

/** What holds for everybody who signs in. */
export async function readPolicy(db: Db): Promise<AccessPolicy> {
  const row = await db.selectFrom('access_policy').selectAll().executeTakeFirstOrThrow();
  return {
    banner: row.banner,
    secondPerson: row.second_person,
    revision: row.revision,
    changedBy: row.changed_by,
    changedAt: row.changed_at?.toISOString() ?? null,
  };
}

/** Changes it. @param revision that was seen @throws RECORD_CHANGED */
export async function changePolicy(
  trx: Trx,
  actor: Actor,
  revision: number,
  { banner, secondPerson }: AccessPolicyRequest,
): Promise<void> {
  const row = await trx.selectFrom('access_policy').selectAll().forUpdate().executeTakeFirstOrThrow();
  if (row.revision !== revision) throw recordChanged('the access policy');
  const text = banner === null || banner.trim() === '' ? null : banner;
  const before = { banner: row.banner, secondPerson: row.second_person };
  const after = { banner: text, secondPerson };
  await trx
    .updateTable('access_policy')
    .set({
      banner: text,
      second_person: secondPerson,
      revision: revision + 1,
      changed_by: actor.name,
      changed_at: new Date(),
    })
    .execute();
  await recordAudit(trx, actor, {
    action: 'access-policy.change',
    subject: 'access policy',
    details: { before, after },
  });
}
