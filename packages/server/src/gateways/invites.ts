import { SealiftError } from '@sealift/core/errors';
import { hashSecret, newSecret } from '../accounts/secret-token.ts';
import type { Actor } from '../audit/actor.ts';
import { recordAudit } from '../audit/audit-log.ts';
import type { Db, Trx } from '../store/store.ts';

const prefix = 'sealift_gateway_';
const lifetimeMs = 24 * 60 * 60 * 1000;
const limit = 1000;

/** A gateway that may register. */
export interface Invite {
  readonly name: string;
  readonly site: string;
  readonly expiresAt: string;
  readonly madeBy: string;
}

/**
 * Lets a gateway register, once; one that has the name already gets another identity by it. The answer is the only place where the token ever
 * appears, and a former one for this name is good for nothing any more.
 *
 * @throws GATEWAY_INVITES_LIMIT
 */
export async function inviteGateway(
  trx: Trx,
  actor: Actor,
  { name, site }: { readonly name: string; readonly site: string },
): Promise<Invite & { readonly token: string }> {
  await trx.deleteFrom('gateway_invite').where('expires_at', '<=', new Date()).execute();
  const { count } = await trx
    .selectFrom('gateway_invite')
    .select(({ fn }) => fn.countAll<string>().as('count'))
    .executeTakeFirstOrThrow();
  if (Number(count) >= limit) throw new SealiftError('GATEWAY_INVITES_LIMIT', { values: { limit } });
  const token = newSecret(prefix);
  const expiresAt = new Date(Date.now() + lifetimeMs);
  const values = { site, token_hash: hashSecret(token), expires_at: expiresAt, made_by: actor.name };
  await trx
    .insertInto('gateway_invite')
    .values({ name, ...values })
    .onConflict((conflict) => conflict.column('name').doUpdateSet(values))
    .execute();
  const details = { site, expiresAt: expiresAt.toISOString() };
  await recordAudit(trx, actor, { action: 'gateway.invite', subject: name, details });
  return { name, site, token, expiresAt: expiresAt.toISOString(), madeBy: actor.name };
}

/** @throws NOT_FOUND */
export async function withdrawInvite(trx: Trx, actor: Actor, name: string): Promise<void> {
  const gone = await trx.deleteFrom('gateway_invite').where('name', '=', name).returning('name').executeTakeFirst();
  if (gone === undefined) throw new SealiftError('NOT_FOUND', { values: { what: 'invitation of a gateway', name } });
  await recordAudit(trx, actor, { action: 'gateway.withdraw-invite', subject: name });
}

/** Those that are still good, by name. */
export async function openInvites(db: Db): Promise<Invite[]> {
  const rows = await db
    .selectFrom('gateway_invite')
    .selectAll()
    .where('expires_at', '>', new Date())
    .orderBy('name')
    .execute();
  return rows.map(({ name, site, expires_at: expiresAt, made_by: madeBy }) => {
    return { name, site, expiresAt: expiresAt.toISOString(), madeBy };
  });
}

/** Takes an invitation by its token: of all that try at once one gets it. @returns undefined where it is good for nothing */
export async function takeInvite(trx: Trx, token: string): Promise<{ name: string; site: string } | undefined> {
  return await trx
    .deleteFrom('gateway_invite')
    .where('token_hash', '=', hashSecret(token))
    .where('expires_at', '>', new Date())
    .returning(['name', 'site'])
    .executeTakeFirst();
}
