import { SealiftError } from '@sealift/core/errors';
import { recordAudit } from '../audit/audit-log.ts';
import type { Principal } from '../http/principal.ts';
import { change } from '../store/change.ts';
import type { Db, Trx } from '../store/store.ts';
import type { AccountRow } from '../store/tables/access.ts';
import { loadAccount } from './account-list.ts';
import { hashPassword, verifyPassword } from './password.ts';
import { checkPassword } from './password-rules.ts';
import { endSessions } from './sessions.ts';

type Owner = Pick<AccountRow, 'id' | 'username' | 'password_hash' | 'previous_password_hash'>;

/** Judges a new password of an account. @returns its hash @throws PASSWORD_TOO_COMMON, PASSWORD_REUSED */
export async function checkNewPassword(account: Owner, password: string): Promise<string> {
  const place = 'body.password';
  checkPassword(password, account.username, place);
  for (const hash of [account.password_hash, account.previous_password_hash]) {
    if (hash !== null && (await verifyPassword(password, hash))) throw new SealiftError('PASSWORD_REUSED', { place });
  }
  return await hashPassword(password);
}

/**
 * Stores the hash of a password that was judged, and ends what the one before had opened: every other session, and links to choose one.
 *
 * @param spared the session that it was changed in
 * @returns false where the account has another password since, or is disabled or gone
 */
export async function setPassword(trx: Trx, account: Owner, passwordHash: string, spared?: string): Promise<boolean> {
  const changed = await trx
    .updateTable('account')
    .set(({ eb }) => ({
      password_hash: passwordHash,
      previous_password_hash: account.password_hash,
      revision: eb('revision', '+', 1),
    }))
    .where('id', '=', account.id)
    .where('password_hash', 'is not distinct from', account.password_hash)
    .where('disabled_at', 'is', null)
    .returning('id')
    .executeTakeFirst();
  if (changed === undefined) return false;
  await trx.deleteFrom('password_link').where('account_id', '=', account.id).execute();
  await trx.deleteFrom('sign_in_failure').where('username', '=', account.username.toLowerCase()).execute();
  await endSessions(trx, account.id, spared);
  return true;
}

/**
 * Changes one's own password, after the one of now was proved. API tokens stay.
 *
 * @throws ACCOUNT_ELSEWHERE, PASSWORD_TOO_COMMON, PASSWORD_REUSED, SIGN_IN_REFUSED where it was changed meanwhile, CONSOLE_LOCKED
 */
export async function changeOwnPassword(db: Db, principal: Principal, password: string): Promise<void> {
  const account = await loadAccount(db, principal.accountId);
  if (account.password_hash === null) throw signsInElsewhere(account.username);
  const passwordHash = await checkNewPassword(account, password);
  await change(db, async (trx) => {
    if (!(await setPassword(trx, account, passwordHash, principal.sessionId))) {
      throw new SealiftError('SIGN_IN_REFUSED', { place: 'body.current' });
    }
    await recordAudit(trx, principal, { action: 'account.change-password', subject: account.username });
  });
}

export function signsInElsewhere(username: string): SealiftError {
  return new SealiftError('ACCOUNT_ELSEWHERE', { values: { username, what: 'its password' } });
}
