import { SealiftError } from '@sealift/core/errors';
import { sql } from 'kysely';
import { recordAudit } from '../audit/audit-log.ts';
import type { Db } from '../store/store.ts';
import type { Account } from './account.ts';
import { unmatchable, verifyPassword } from './password.ts';

/** The most failures in a row that one account is open to (NIST SP 800-63B, 5.2.2); an address alone is stopped long before. */
const allowedFailures = 100;
const lockMs = 15 * 60 * 1000;

/** An account, with the hash that its password was compared with. */
interface ProvedAccount extends Account {
  readonly passwordHash: string;
}

/**
 * Checks a user name and password. The attempt is counted before anything is compared, for the name whether such an account exists or
 * not, so that guesses sent at once count as well, and neither the answer nor its timing tells which names exist.
 *
 * @returns null when they are wrong, or the account is disabled
 * @throws ACCOUNT_LOCKED for 15 minutes after 100 failures in a row, from whatever addresses
 */
export async function checkCredentials(
  db: Db,
  credentials: { username: string; password: string },
  address: string,
): Promise<ProvedAccount | null> {
  // No account has a NUL in its name, and PostgreSQL stores none.
  const name = credentials.username.toLowerCase().replaceAll('\0', '\uFFFD');
  const locked = await countAttempt(db, name);
  const account = await db
    .selectFrom('account')
    .select(['id', 'username', 'role', 'password_hash', 'disabled_at'])
    .where(sql<string>`lower(username)`, '=', name)
    .executeTakeFirst();
  const right = await verifyPassword(credentials.password, account?.password_hash ?? unmatchable);
  const disabled = account?.disabled_at instanceof Date;
  if (right && typeof account?.password_hash === 'string' && !disabled) {
    await db.deleteFrom('sign_in_failure').where('username', '=', name).execute();
    const { id, username, role, password_hash: passwordHash } = account;
    return { id, username, role, hasPassword: true, passwordHash };
  }
  // A name that no account has may be a password typed into the wrong field: it stays out of the log.
  const subject = account?.username ?? '(unknown)';
  // That it is disabled is told here, and not to whoever tries.
  const deed = { action: 'session.refused', subject, details: { locked, ...(disabled ? { disabled } : {}) } };
  await db.transaction().execute((trx) => recordAudit(trx, { name: subject, address }, deed));
  return null;
}

/** Whether an account is locked now; what was right before is not let in then either. @throws ACCOUNT_LOCKED */
export async function refuseLocked(db: Db, username: string): Promise<void> {
  const row = await db
    .selectFrom('sign_in_failure')
    .select('locked_until')
    .where('username', '=', username.toLowerCase())
    .where(isLocked(new Date()))
    .executeTakeFirst();
  if (row !== undefined) throw lockedUntil(row.locked_until);
}

/** Counts an attempt in one statement, so that of many at once none is missed. @returns whether it is the last before the lock @throws ACCOUNT_LOCKED */
async function countAttempt(db: Db, name: string): Promise<boolean> {
  const now = new Date();
  const forgotten = new Date(now.getTime() - lockMs);
  const lock = new Date(now.getTime() + lockMs);
  // Old rows of names that someone tried once would otherwise pile up; also what a clock that was set back since left in the future.
  await db
    .deleteFrom('sign_in_failure')
    .where((where) => where.or([where('last_at', '<', forgotten), where('last_at', '>', lock)]))
    .execute();
  const failures = sql<number>`case when sign_in_failure.locked_until is null then sign_in_failure.failures + 1 else 1 end`;
  const row = await db
    .insertInto('sign_in_failure')
    .values({ username: name, failures: 1, last_at: now, locked_until: null })
    .onConflict((conflict) =>
      conflict
        .column('username')
        .doUpdateSet({
          failures,
          last_at: now,
          locked_until: sql<Date | null>`case when ${failures} >= ${allowedFailures} then ${lock} :: timestamptz end`,
        })
        .where(sql<boolean>`not coalesce(${isLocked(now)}, false)`),
    )
    .returning('locked_until')
    .executeTakeFirst();
  if (row !== undefined) return row.locked_until !== null;
  await refuseLocked(db, name);
  throw lockedUntil(lock);
}

/** A lock that has longer to go than any lock lasts was set before the clock was set back, and holds no more. */
function isLocked(now: Date) {
  const lock = new Date(now.getTime() + lockMs);
  return sql<boolean>`sign_in_failure.locked_until > ${now} :: timestamptz and sign_in_failure.locked_until <= ${lock} :: timestamptz`;
}

function lockedUntil(until: Date | null): SealiftError {
  return new SealiftError('ACCOUNT_LOCKED', { values: { until: until?.toISOString() ?? 'later' } });
}
