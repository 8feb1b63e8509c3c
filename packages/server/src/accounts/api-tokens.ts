import { randomUUID } from 'node:crypto';
import { type ApiToken, isAllowed, isWithin, type Role, roleTexts } from '@sealift/core/api';
import { SealiftError } from '@sealift/core/errors';
import type { Selectable } from 'kysely';
import { recordAudit } from '../audit/audit-log.ts';
import type { Db, Trx } from '../store/store.ts';
import type { Tables } from '../store/tables.ts';
import type { Principal } from '../http/principal.ts';
import { hashSecret, newSecret } from './secret-token.ts';

const prefix = 'sealift_';
const limit = 1000;
const dayMs = 24 * 60 * 60 * 1000;
/** Not on every request: a write for each read would make the store the bottleneck. */
const lastUseMs = 60_000;

/** What is asked for; without a role that of the caller. */
interface TokenRequest {
  readonly name: string;
  readonly expiresInDays: number;
  readonly role?: Role | undefined;
}

/**
 * Makes an API token; the answer is the only place where its secret ever appears. It may what its role may, as long as its owner's role includes that.
 * One that is made with another token ends when that one does, or is removed.
 *
 * @throws ROLE_BEYOND, TOKEN_LIMIT
 */
export async function createApiToken(
  trx: Trx,
  principal: Principal,
  request: TokenRequest,
): Promise<ApiToken & { secret: string }> {
  const { tokenId, role: own } = principal;
  const role = request.role ?? own;
  if (!isWithin(role, own)) {
    const values = { wanted: roleTexts[role].label, own: roleTexts[own].label };
    throw new SealiftError('ROLE_BEYOND', { place: 'body.role', values });
  }
  const { count } = await trx
    .selectFrom('api_token')
    .select(({ fn }) => fn.countAll<string>().as('count'))
    .executeTakeFirstOrThrow();
  if (Number(count) >= limit) throw new SealiftError('TOKEN_LIMIT', { values: { limit } });
  const secret = newSecret(prefix);
  const createdAt = new Date();
  const wanted = createdAt.getTime() + request.expiresInDays * dayMs;
  const expiresAt = new Date(tokenId === undefined ? wanted : Math.min(wanted, principal.expiresAt.getTime()));
  const made = await trx
    .insertInto('api_token')
    .values({
      id: randomUUID(),
      account_id: principal.accountId,
      name: request.name,
      secret_hash: hashSecret(secret),
      created_at: createdAt,
      expires_at: expiresAt,
      made_by: tokenId ?? null,
      role,
    })
    .returningAll()
    .executeTakeFirstOrThrow();
  await recordAudit(trx, principal, {
    action: 'api-token.create',
    subject: request.name,
    details: { id: made.id, role, expiresAt: expiresAt.toISOString() },
  });
  return { ...shown({ ...made, username: principal.name }), secret };
}

/** A removed token, and every one made with it, stops working at once. @throws NOT_FOUND, also for one of somebody else that the caller may not remove */
export async function removeApiToken(trx: Trx, principal: Principal, id: string): Promise<void> {
  let removal = trx.deleteFrom('api_token').where('id', '=', id);
  if (!isAllowed(principal.role, 'api-tokens.all')) removal = removal.where('account_id', '=', principal.accountId);
  const removed = await removal.returning(['name', 'account_id']).executeTakeFirst();
  if (removed === undefined) throw new SealiftError('NOT_FOUND', { values: { what: 'API token', name: id } });
  const { username: owner } = await trx
    .selectFrom('account')
    .select('username')
    .where('id', '=', removed.account_id)
    .executeTakeFirstOrThrow();
  await recordAudit(trx, principal, { action: 'api-token.remove', subject: removed.name, details: { id, owner } });
}

/**
 * Tokens, newest first, expired ones too until they are removed.
 *
 * @param ofAccount whose; without it everybody's
 */
export async function listApiTokens(db: Db, ofAccount: string | undefined): Promise<ApiToken[]> {
  let query = db
    .selectFrom('api_token')
    .innerJoin('account', 'account.id', 'api_token.account_id')
    .selectAll('api_token')
    .select('account.username');
  if (ofAccount !== undefined) query = query.where('account_id', '=', ofAccount);
  const rows = await query.orderBy('api_token.created_at', 'desc').execute();
  return rows.map(shown);
}

/**
 * Whom a token speaks for, or null when it is unknown or has expired, its account is disabled, or the account's role allows less than the token's by now.
 */
export async function findApiToken(db: Db, secret: string, address: string): Promise<Principal | null> {
  if (!secret.startsWith(prefix)) return null;
  const row = await db
    .selectFrom('api_token')
    .innerJoin('account', 'account.id', 'api_token.account_id')
    .selectAll('api_token')
    .select(['account.username', 'account.role as owner_role', 'account.password_hash'])
    .where('api_token.secret_hash', '=', hashSecret(secret))
    .where('api_token.expires_at', '>', new Date())
    .where('account.disabled_at', 'is', null)
    .executeTakeFirst();
  if (row === undefined || !isWithin(row.role, row.owner_role)) return null;
  await recordUse(db, row, address);
  return {
    accountId: row.account_id,
    name: row.username,
    role: row.role,
    hasPassword: row.password_hash !== null,
    address,
    expiresAt: row.expires_at,
    tokenId: row.id,
  };
}

type TokenRow = Selectable<Tables['api_token']>;

async function recordUse(db: Db, { id, last_used_at: at, last_used_from: from }: TokenRow, address: string) {
  const now = new Date();
  if (at !== null && from === address && Math.abs(now.getTime() - at.getTime()) < lastUseMs) return;
  await db.updateTable('api_token').set({ last_used_at: now, last_used_from: address }).where('id', '=', id).execute();
}

function shown(row: TokenRow & { readonly username: string }): ApiToken {
  return {
    id: row.id,
    name: row.name,
    owner: row.username,
    role: row.role,
    createdAt: row.created_at.toISOString(),
    expiresAt: row.expires_at.toISOString(),
    lastUsedAt: row.last_used_at?.toISOString() ?? null,
    lastUsedFrom: row.last_used_from,
  };
}
