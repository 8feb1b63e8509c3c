import { randomUUID } from 'node:crypto';
import { SealiftError } from '@sealift/core/errors';
import { recordAudit } from '../audit/audit-log.ts';
import type { Db, Trx } from '../store/store.ts';
import type { Actor } from '../audit/actor.ts';
import type { Principal } from '../http/principal.ts';
import type { ApiToken } from './queries.ts';
import { hashSecret, newSecret } from './secret-token.ts';

const prefix = 'sealift_';
const limit = 1000;
const dayMs = 24 * 60 * 60 * 1000;

/**
 * Makes an API token; the answer is the only place where its secret ever appears. It may what its account may at the time of use.
 * One that is made with another token ends when that one does, or is removed.
 */
export async function createApiToken(
  trx: Trx,
  principal: Principal,
  request: { name: string; expiresInDays: number },
): Promise<ApiToken & { secret: string }> {
  const { count } = await trx
    .selectFrom('api_token')
    .select(({ fn }) => fn.countAll<string>().as('count'))
    .executeTakeFirstOrThrow();
  if (Number(count) >= limit) throw new SealiftError('TOKEN_LIMIT', { values: { limit } });
  const secret = newSecret(prefix);
  const createdAt = new Date();
  const wanted = createdAt.getTime() + request.expiresInDays * dayMs;
  const { tokenId } = principal;
  const expiresAt = new Date(tokenId === undefined ? wanted : Math.min(wanted, principal.expiresAt.getTime()));
  const id = randomUUID();
  await trx
    .insertInto('api_token')
    .values({
      id,
      account_id: principal.accountId,
      name: request.name,
      secret_hash: hashSecret(secret),
      created_at: createdAt,
      expires_at: expiresAt,
      made_by: tokenId ?? null,
    })
    .execute();
  await recordAudit(trx, principal, {
    action: 'api-token.create',
    subject: request.name,
    details: { id, expiresAt: expiresAt.toISOString() },
  });
  return { id, name: request.name, createdAt: createdAt.toISOString(), expiresAt: expiresAt.toISOString(), secret };
}

/** A removed token, and every one made with it, stops working at once. @throws NOT_FOUND */
export async function removeApiToken(trx: Trx, actor: Actor, id: string): Promise<void> {
  const removed = await trx.deleteFrom('api_token').where('id', '=', id).returning('name').executeTakeFirst();
  if (removed === undefined) throw new SealiftError('NOT_FOUND', { values: { what: 'API token', name: id } });
  await recordAudit(trx, actor, { action: 'api-token.remove', subject: removed.name, details: { id } });
}

/** The token's owner, or null when it is unknown or has expired. */
export async function findApiToken(db: Db, secret: string, address: string): Promise<Principal | null> {
  if (!secret.startsWith(prefix)) return null;
  const row = await db
    .selectFrom('api_token')
    .innerJoin('account', 'account.id', 'api_token.account_id')
    .select(['account.id', 'account.username', 'account.role', 'api_token.expires_at', 'api_token.id as token_id'])
    .where('api_token.secret_hash', '=', hashSecret(secret))
    .where('api_token.expires_at', '>', new Date())
    .executeTakeFirst();
  if (row === undefined) return null;
  const { id, username, role, expires_at: expiresAt, token_id: tokenId } = row;
  return { accountId: id, name: username, role, address, expiresAt, tokenId };
}
