import { SealiftError } from '@sealift/core/errors';
import { sql } from 'kysely';
import { recordAudit } from '../audit/audit-log.ts';
import type { Db, Trx } from '../store/store.ts';
import type { Actor } from '../audit/actor.ts';
import type { Account } from './account.ts';
import { unmatchable, verifyPassword } from './password.ts';

const allowedFailures = 5;
const lockMs = 15 * 60 * 1000;

/**
 * Checks a user name and password. Five failures in a row lock the name for 15 minutes, whether such an account exists or not, so that
 * neither the answer nor its timing tells which names exist.
 *
 * @throws SIGN_IN_REFUSED, ACCOUNT_LOCKED
 */
export async function checkCredentials(
  db: Db,
  credentials: { username: string; password: string },
  address: string,
): Promise<Account> {
  const name = credentials.username.toLowerCase();
  await refuseLocked(db, name);
  const account = await db
    .selectFrom('account')
    .select(['id', 'username', 'role', 'password_hash'])
    .where(sql<string>`lower(username)`, '=', name)
    .executeTakeFirst();
  const right = await verifyPassword(credentials.password, account?.password_hash ?? unmatchable);
  if (right && account !== undefined) {
    await db.deleteFrom('sign_in_failure').where('username', '=', name).execute();
    return { id: account.id, username: account.username, role: account.role };
  }
  // A name that no account has may be a password typed into the wrong field: it stays out of the log.
  const shown = account?.username ?? '(unknown)';
  await db.transaction().execute((trx) => recordFailure(trx, name, { name: shown, address }));
  throw new SealiftError('SIGN_IN_REFUSED');
}

async function refuseLocked(db: Db, name: string): Promise<void> {
  const row = await db
    .selectFrom('sign_in_failure')
    .select('locked_until')
    .where('username', '=', name)
    .executeTakeFirst();
  const until = row?.locked_until;
  if (until !== undefined && until !== null && until.getTime() > Date.now()) {
    throw new SealiftError('ACCOUNT_LOCKED', { values: { until: until.toISOString() } });
  }
}

async function recordFailure(trx: Trx, name: string, actor: Actor): Promise<void> {
  const now = new Date();
  // Old rows of names that someone tried once would otherwise pile up.
  await trx
    .deleteFrom('sign_in_failure')
    .where('last_at', '<', new Date(now.getTime() - lockMs))
    .execute();
  const { failures } = await trx
    .insertInto('sign_in_failure')
    .values({ username: name, failures: 1, last_at: now, locked_until: null })
    .onConflict((conflict) =>
      conflict
        .column('username')
        .doUpdateSet({ failures: sql<number>`sign_in_failure.failures + 1`, last_at: now, locked_until: null }),
    )
    .returning('failures')
    .executeTakeFirstOrThrow();
  const locked = failures >= allowedFailures;
  if (locked) {
    await trx
      .updateTable('sign_in_failure')
      .set({ failures: 0, locked_until: new Date(now.getTime() + lockMs) })
      .where('username', '=', name)
      .execute();
  }
  await recordAudit(trx, actor, { action: 'session.refused', subject: actor.name, details: { locked } });
}
