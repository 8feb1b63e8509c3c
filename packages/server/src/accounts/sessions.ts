import { recordAudit } from '../audit/audit-log.ts';
import type { Db } from '../store/store.ts';
import type { Principal } from '../http/principal.ts';
import type { Account } from './account.ts';
import { hashSecret, newSecret } from './secret-token.ts';

const idleMs = 4 * 60 * 60 * 1000;
const longestMs = 24 * 60 * 60 * 1000;

/** Starts a session. The secret goes into the cookie and is stored as a hash only. */
export async function startSession(
  db: Db,
  account: Account,
  address: string,
): Promise<{ secret: string; principal: Principal }> {
  const secret = newSecret();
  const createdAt = new Date();
  const expiresAt = new Date(createdAt.getTime() + idleMs);
  await db.transaction().execute(async (trx) => {
    await trx.deleteFrom('session').where('expires_at', '<', createdAt).execute();
    await trx
      .insertInto('session')
      .values({ token_hash: hashSecret(secret), account_id: account.id, created_at: createdAt, expires_at: expiresAt })
      .execute();
    await recordAudit(trx, { name: account.username, address }, { action: 'session.start', subject: account.username });
  });
  const principal = { accountId: account.id, name: account.username, role: account.role, address, expiresAt };
  return { secret, principal };
}

/** The session's owner, or null when it has ended. Use renews it to 4 h from now, up to a day after it started. */
export async function findSession(db: Db, secret: string, address: string): Promise<Principal | null> {
  const tokenHash = hashSecret(secret);
  const now = Date.now();
  const row = await db
    .selectFrom('session')
    .innerJoin('account', 'account.id', 'session.account_id')
    .select(['account.id', 'account.username', 'account.role', 'session.created_at', 'session.expires_at'])
    .where('session.token_hash', '=', tokenHash)
    .where('session.expires_at', '>', new Date(now))
    .executeTakeFirst();
  if (row === undefined) return null;
  let expiresAt = row.expires_at;
  const renewed = new Date(Math.min(now + idleMs, row.created_at.getTime() + longestMs));
  // Not on every request: a write for each read would make the store the bottleneck.
  if (renewed.getTime() - expiresAt.getTime() > 5 * 60 * 1000) {
    await db.updateTable('session').set({ expires_at: renewed }).where('token_hash', '=', tokenHash).execute();
    expiresAt = renewed;
  }
  return { accountId: row.id, name: row.username, role: row.role, address, expiresAt };
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
