import type { PasswordLink } from '@sealift/core/api';
import { recordAudit } from '../audit/audit-log.ts';
import { change } from '../store/change.ts';
import type { Db, Trx } from '../store/store.ts';
import { hashSecret, newSecret } from './secret-token.ts';
import { checkNewPassword, setPassword } from './set-password.ts';

const linkLifetimeMs = 24 * 60 * 60 * 1000;

/** A one-time token of a link to choose a password, valid for a day. It takes the place of the one before. */
export async function newPasswordLink(trx: Trx, accountId: string): Promise<PasswordLink> {
  const token = newSecret();
  const now = Date.now();
  const expiresAt = new Date(now + linkLifetimeMs);
  await trx
    .deleteFrom('password_link')
    .where((where) => where.or([where('account_id', '=', accountId), where('expires_at', '<', new Date(now))]))
    .execute();
  await trx
    .insertInto('password_link')
    .values({ token_hash: hashSecret(token), account_id: accountId, expires_at: expiresAt })
    .execute();
  return { token, expiresAt: expiresAt.toISOString() };
}

/**
 * Sets the password that the owner of a link chose. Of two requests at once with one link, one wins; every session of the account ends.
 *
 * @returns false when the token is not a link's, or no longer
 * @throws PASSWORD_TOO_COMMON, PASSWORD_REUSED, CONSOLE_LOCKED; the link still works then
 */
export async function choosePassword(
  db: Db,
  { token, password }: { readonly token: string; readonly password: string },
  address: string,
): Promise<boolean> {
  const tokenHash = hashSecret(token);
  const account = await db
    .selectFrom('password_link')
    .innerJoin('account', 'account.id', 'password_link.account_id')
    .select(['account.id', 'account.username', 'account.password_hash', 'account.previous_password_hash'])
    .where('token_hash', '=', tokenHash)
    .where('expires_at', '>', new Date())
    .where('disabled_at', 'is', null)
    .where('provider_subject', 'is', null)
    .executeTakeFirst();
  if (account === undefined) return false;
  const passwordHash = await checkNewPassword(account, password);
  return await change(db, async (trx) => {
    const used = await trx
      .deleteFrom('password_link')
      .where('token_hash', '=', tokenHash)
      .where('expires_at', '>', new Date())
      .returning('account_id')
      .executeTakeFirst();
    if (used === undefined || !(await setPassword(trx, account, passwordHash))) return false;
    const { username: name } = account;
    await recordAudit(trx, { name, address }, { action: 'account.choose-password', subject: name });
    return true;
  });
}
