import { randomUUID } from 'node:crypto';
import type { SessionView } from '@sealift/core/api';
import { SealiftError } from '@sealift/core/errors';
import type { Actor } from '../audit/actor.ts';
import { recordAudit } from '../audit/audit-log.ts';
import type { Db, Trx } from '../store/store.ts';
import type { Principal } from '../http/principal.ts';
import type { Account } from './account.ts';
import { hashSecret, newSecret } from './secret-token.ts';

const idleMs = 4 * 60 * 60 * 1000;
const longestMs = 24 * 60 * 60 * 1000;
const longestAgent = 200;

/** Where a session is started from. */
export interface SessionPlace {
  readonly address: string;
  /** What the browser calls itself. */
  readonly agent: string;
}

/** Starts a session. The secret goes into the cookie and is stored as a hash only. */
export async function startSession(
  db: Db,
  account: Account,
  { address, agent }: SessionPlace,
): Promise<{ secret: string; principal: Principal }> {
  const secret = newSecret();
  const sessionId = randomUUID();
  const createdAt = new Date();
  const expiresAt = new Date(createdAt.getTime() + idleMs);
  await db.transaction().execute(async (trx) => {
    await trx.deleteFrom('session').where('expires_at', '<', createdAt).execute();
    await trx
      .insertInto('session')
      .values({
        token_hash: hashSecret(secret),
        account_id: account.id,
        created_at: createdAt,
        expires_at: expiresAt,
        id: sessionId,
        address,
        agent: agent.replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ').slice(0, longestAgent),
        last_used_at: createdAt,
      })
      .execute();
    await trx.updateTable('account').set({ last_sign_in_at: createdAt }).where('id', '=', account.id).execute();
    await recordAudit(trx, { name: account.username, address }, { action: 'session.start', subject: account.username });
  });
  const { id: accountId, username: name, role, hasPassword } = account;
  return { secret, principal: { accountId, name, role, hasPassword, address, expiresAt, sessionId } };
}

/**
 * The session's owner, or null when it has ended or the account is disabled. Use renews it to 4 h from now, up to a day after it started.
 */
export async function findSession(db: Db, secret: string, address: string): Promise<Principal | null> {
  const tokenHash = hashSecret(secret);
  const now = Date.now();
  const row = await db
    .selectFrom('session')
    .innerJoin('account', 'account.id', 'session.account_id')
    .select(['account.id', 'account.username', 'account.role', 'account.password_hash'])
    .select(['session.id as session_id', 'session.created_at', 'session.expires_at'])
    .where('session.token_hash', '=', tokenHash)
    .where('session.expires_at', '>', new Date(now))
    .where('account.disabled_at', 'is', null)
    .executeTakeFirst();
  if (row === undefined) return null;
  let expiresAt = row.expires_at;
  const renewed = new Date(Math.min(now + idleMs, row.created_at.getTime() + longestMs));
  // Not on every request: a write for each read would make the store the bottleneck.
  if (renewed.getTime() - expiresAt.getTime() > 5 * 60 * 1000) {
    await db
      .updateTable('session')
      .set({ expires_at: renewed, last_used_at: new Date(now) })
      .where('token_hash', '=', tokenHash)
      .execute();
    expiresAt = renewed;
  }
  const hasPassword = row.password_hash !== null;
  const { id: accountId, username: name, role, session_id: sessionId } = row;
  return { accountId, name, role, hasPassword, address, expiresAt, sessionId };
}

/** Ends a session; one that has ended already is no error. */
export async function endSession(db: Db, secret: string, principal: Principal): Promise<void> {
  await db.transaction().execute(async (trx) => {
    const ended = await trx
      .deleteFrom('session')
      .where('token_hash', '=', hashSecret(secret))
      .returning('account_id')
      .executeTakeFirst();
    if (ended !== undefined) await recordAudit(trx, principal, { action: 'session.end', subject: principal.name });
  });
}

/** The sessions of an account that go on, the one that was used last first. */
export async function listSessions(db: Db, accountId: string, principal: Principal): Promise<SessionView[]> {
  const rows = await db
    .selectFrom('session')
    .selectAll()
    .where('account_id', '=', accountId)
    .where('expires_at', '>', new Date())
    .orderBy('last_used_at', 'desc')
    .limit(500)
    .execute();
  return rows.map((row) => ({
    id: row.id,
    startedAt: row.created_at.toISOString(),
    lastUsedAt: row.last_used_at.toISOString(),
    expiresAt: row.expires_at.toISOString(),
    address: row.address,
    agent: row.agent,
    isThis: row.id === principal.sessionId,
  }));
}

/** Ends one session of an account by its id. @throws NOT_FOUND */
export async function endSessionOf(
  db: Db,
  actor: Actor,
  account: Pick<Account, 'id' | 'username'>,
  sessionId: string,
): Promise<void> {
  await db.transaction().execute(async (trx) => {
    const ended = await trx
      .deleteFrom('session')
      .where('id', '=', sessionId)
      .where('account_id', '=', account.id)
      .returning(['address', 'created_at'])
      .executeTakeFirst();
    if (ended === undefined) throw new SealiftError('NOT_FOUND', { values: { what: 'session', name: sessionId } });
    const details = { from: ended.address, startedAt: ended.created_at.toISOString() };
    await recordAudit(trx, actor, { action: 'session.end', subject: account.username, details });
  });
}

/** Ends all sessions of an account, but the one that is spared. @returns how many */
export async function endSessions(trx: Trx, accountId: string, spared?: string): Promise<number> {
  let ending = trx.deleteFrom('session').where('account_id', '=', accountId);
  if (spared !== undefined) ending = ending.where('id', '!=', spared);
  const { numDeletedRows } = await ending.executeTakeFirstOrThrow();
  return Number(numDeletedRows);
}
