import { randomUUID } from 'node:crypto';
import { SealiftError } from '@sealift/core/errors';
import { recordAudit } from '../audit/audit-log.ts';
import type { Db } from '../store/store.ts';
import type { Account } from './account.ts';
import { hashPassword } from './password.ts';
import { checkPassword } from './password-rules.ts';
import { hashSecret, newSecret } from './secret-token.ts';
import { setupNeeded } from './setup-needed.ts';

const linkLifetimeMs = 24 * 60 * 60 * 1000;

/**
 * A one-time token for the setup link, valid for a day. Each call replaces the one before, so only the link printed last works.
 *
 * @returns null once there is an administrator
 */
export async function newSetupToken(db: Db): Promise<string | null> {
  if (!(await setupNeeded(db))) return null;
  const token = newSecret();
  await db.transaction().execute(async (trx) => {
    await trx.deleteFrom('setup_link').execute();
    await trx
      .insertInto('setup_link')
      .values({ token_hash: hashSecret(token), expires_at: new Date(Date.now() + linkLifetimeMs) })
      .execute();
  });
  return token;
}

/**
 * Makes the first administrator with the token of the setup link. Of two requests at once with one link, one wins.
 *
 * @returns null when the token is not the link's, or no longer
 * @throws SETUP_DONE, PASSWORD_TOO_COMMON
 */
export async function completeSetup(
  db: Db,
  request: { token: string; username: string; password: string },
  address: string,
): Promise<Account | null> {
  if (!(await setupNeeded(db))) throw new SealiftError('SETUP_DONE');
  checkPassword(request.password, request.username, 'password');
  const passwordHash = await hashPassword(request.password);
  const account: Account = { id: randomUUID(), username: request.username, role: 'root', hasPassword: true };
  const actor = { name: request.username, address };
  return await db.transaction().execute(async (trx) => {
    const used = await trx
      .deleteFrom('setup_link')
      .where('token_hash', '=', hashSecret(request.token))
      .where('expires_at', '>', new Date())
      .returning('token_hash')
      .executeTakeFirst();
    if (used === undefined) return null;
    await trx
      .insertInto('account')
      .values({
        id: account.id,
        username: account.username,
        role: 'root',
        password_hash: passwordHash,
        created_at: new Date(),
      })
      .execute();
    await recordAudit(trx, actor, { action: 'account.create-first', subject: request.username });
    return account;
  });
}
