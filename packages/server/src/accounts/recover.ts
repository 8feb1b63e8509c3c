import { randomBytes } from 'node:crypto';
import { resolve } from 'node:path';
import { SealiftError } from '@sealift/core/errors';
import { Secret } from '@sealift/core/secret';
import { lockFolder } from '@sealift/io/folder-lock';
import { systemActor } from '../audit/actor.ts';
import { recordAudit } from '../audit/audit-log.ts';
import { storeInUse } from '../store/store-in-use.ts';
import { type Db, openStore } from '../store/store.ts';
import { hashPassword } from './password.ts';

/** Which console, and whose account. */
export interface RecoverOptions {
  /** The console's data folder; it must exist. */
  readonly dataDir: string;
  /** `postgres://…`; the console may run meanwhile then. Without it the embedded store is opened, which one process can. */
  readonly databaseUrl?: string;
  /** May be left out where there is one account. */
  readonly username?: string;
}

/**
 * Opens a console's doors again, for whoever has the machine: removes every lock of accounts and, unless only that is asked for, gives
 * an account a new password, lets it sign in again where it was disabled, and ends its sessions. API tokens stay. Each is an audit entry.
 *
 * @returns the account, with its new password where one was made; it is stored nowhere
 * @throws STORE_IN_USE while the console runs on its embedded store, STORE_UNREACHABLE, NOT_FOUND, INPUT_INVALID where an account has to be named
 */
export async function recoverAccount(
  options: RecoverOptions,
  only: 'unlock' | 'new-password',
): Promise<{ readonly username: string; readonly password: Secret | null }> {
  const dataDir = resolve(options.dataDir);
  const { databaseUrl } = options;
  // A server of databases lets two in; the embedded store is one process's alone.
  const lock = databaseUrl === undefined ? lockFolder(dataDir, (holder) => storeInUse(dataDir, holder)) : undefined;
  try {
    const store = await openStore({ dataDir, ...(databaseUrl === undefined ? {} : { databaseUrl }) });
    try {
      return await recoverIn(store.db, options.username, only);
    } finally {
      await store.close();
    }
  } finally {
    lock?.release();
  }
}

/** The same in a store that is open. @throws NOT_FOUND, INPUT_INVALID */
export async function recoverIn(db: Db, named: string | undefined, only: 'unlock' | 'new-password') {
  const { id, username } = await accountNamed(db, named);
  const password = only === 'unlock' ? null : new Secret(randomBytes(18).toString('base64url'));
  const passwordHash = password === null ? null : await hashPassword(password.reveal());
  await db.transaction().execute(async (trx) => {
    await trx.deleteFrom('sign_in_failure').execute();
    if (passwordHash !== null) {
      await trx
        .updateTable('account')
        .set(({ eb }) => ({ password_hash: passwordHash, disabled_at: null, revision: eb('revision', '+', 1) }))
        .where('id', '=', id)
        .execute();
      await trx.deleteFrom('password_link').where('account_id', '=', id).execute();
      await trx.deleteFrom('session').where('account_id', '=', id).execute();
    }
    const action = passwordHash === null ? 'account.unlock' : 'account.recover';
    await recordAudit(trx, systemActor, { action, subject: username, details: {} });
  });
  return { username, password };
}

const firstAccount = 'Start the console: it prints the link that makes the first administrator.';

async function accountNamed(db: Db, named: string | undefined): Promise<{ id: string; username: string }> {
  // Whoever signs in elsewhere is let in there.
  const accounts = await db
    .selectFrom('account')
    .select(['id', 'username'])
    .where('provider_subject', 'is', null)
    .orderBy('username')
    .execute();
  const wanted = named?.toLowerCase();
  const [account, ...others] = accounts.filter(
    ({ username }) => wanted === undefined || username.toLowerCase() === wanted,
  );
  if (account === undefined) {
    const missing = new SealiftError('NOT_FOUND', { values: { what: 'account', name: named ?? 'in this console' } });
    throw named === undefined ? missing.withHint(firstAccount) : missing;
  }
  if (others.length === 0) return account;
  const reason = `there are several: ${accounts.map(({ username }) => username).join(', ')}`;
  throw new SealiftError('INPUT_INVALID', { place: '--username', values: { what: 'the account', reason } });
}
