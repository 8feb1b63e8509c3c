import { randomUUID } from 'node:crypto';
import type { AccountChange, PasswordLink, Role } from '@sealift/core/api';
import { SealiftError } from '@sealift/core/errors';
import { sql } from 'kysely';
import { recordAudit } from '../audit/audit-log.ts';
import { recordChanged } from '../http/if-match.ts';
import type { Principal } from '../http/principal.ts';
import type { Trx } from '../store/store.ts';
import type { AccountRow } from '../store/tables/access.ts';
import { loadAccount, noAccount } from './account-list.ts';
import { newPasswordLink } from './password-links.ts';
import { endSessions } from './sessions.ts';

const limit = 10_000;

/**
 * Makes an account without a password; its owner chooses one with the link.
 *
 * @throws ACCOUNT_OF_ROOT, ACCOUNT_EXISTS, ACCOUNT_LIMIT
 */
export async function createAccount(
  trx: Trx,
  principal: Principal,
  { username, role }: { readonly username: string; readonly role: Role },
): Promise<{ readonly id: string; readonly link: PasswordLink }> {
  refuseOfRoot(principal, role);
  await holdRoots(trx);
  const { count } = await trx
    .selectFrom('account')
    .select(({ fn }) => fn.countAll<string>().as('count'))
    .executeTakeFirstOrThrow();
  if (Number(count) >= limit) throw new SealiftError('ACCOUNT_LIMIT', { values: { limit } });
  const id = randomUUID();
  const made = await trx
    .insertInto('account')
    .values({ id, username, role, password_hash: null, created_at: new Date() })
    .onConflict((conflict) => conflict.expression(sql`lower(username)`).doNothing())
    .returning('id')
    .executeTakeFirst();
  if (made === undefined) throw accountExists(username);
  const link = await newPasswordLink(trx, id);
  await recordAudit(trx, principal, { action: 'account.create', subject: username, details: { after: { role } } });
  return { id, link };
}

/**
 * Gives an account another role, disables it or lets it sign in again. Who is disabled has no session any more, and the tokens rest.
 *
 * @throws NOT_FOUND, RECORD_CHANGED, ACCOUNT_OWN, ACCOUNT_OF_ROOT, ACCOUNT_ELSEWHERE, LAST_ROOT
 */
export async function changeAccount(
  trx: Trx,
  principal: Principal,
  { id, revision }: { readonly id: string; readonly revision: number },
  { role, disabled }: AccountChange,
): Promise<void> {
  await holdRoots(trx);
  const row = await seenAccount(trx, principal, id, revision);
  refuseOfRoot(principal, role);
  const { username } = row;
  if (row.provider_subject !== null && role !== row.role) {
    throw new SealiftError('ACCOUNT_ELSEWHERE', { values: { username, what: 'its role' } });
  }
  const before = { role: row.role, disabled: row.disabled_at !== null };
  if (before.role === role && before.disabled === disabled) return;
  if (role !== 'root' || disabled) await refuseLastRoot(trx, row);
  const disabledAt = disabled ? (row.disabled_at ?? new Date()) : null;
  await trx
    .updateTable('account')
    .set({ role, disabled_at: disabledAt, revision: row.revision + 1 })
    .where('id', '=', id)
    .execute();
  if (disabled) await endSessions(trx, id);
  const details = { before, after: { role, disabled } };
  await recordAudit(trx, principal, { action: 'account.change', subject: username, details });
}

/** Removes an account with its sessions and tokens. @throws NOT_FOUND, RECORD_CHANGED, ACCOUNT_OWN, ACCOUNT_OF_ROOT, LAST_ROOT */
export async function removeAccount(
  trx: Trx,
  principal: Principal,
  { id, revision }: { readonly id: string; readonly revision: number },
): Promise<void> {
  await holdRoots(trx);
  const row = await seenAccount(trx, principal, id, revision);
  await refuseLastRoot(trx, row);
  await trx.deleteFrom('account').where('id', '=', id).execute();
  const details = { before: { role: row.role, disabled: row.disabled_at !== null } };
  await recordAudit(trx, principal, { action: 'account.remove', subject: row.username, details });
}

/**
 * A one-time link by which the owner of an account chooses a new password; one that was made before stops working. The old password and the
 * sessions end when the link is used: whoever has to be shut out at once is disabled.
 *
 * @throws NOT_FOUND, ACCOUNT_OF_ROOT, ACCOUNT_ELSEWHERE
 */
export async function resetPassword(trx: Trx, principal: Principal, id: string): Promise<PasswordLink> {
  const { username, role, provider_subject: subject } = await loadAccount(trx, id);
  refuseOfRoot(principal, role);
  if (subject !== null) throw new SealiftError('ACCOUNT_ELSEWHERE', { values: { username, what: 'its password' } });
  const link = await newPasswordLink(trx, id);
  const details = { linkExpiresAt: link.expiresAt };
  await recordAudit(trx, principal, { action: 'account.reset-password', subject: username, details });
  return link;
}

/** Ends every session of an account. @throws NOT_FOUND, ACCOUNT_OF_ROOT */
export async function endSessionsOf(trx: Trx, principal: Principal, id: string): Promise<void> {
  const { username, role } = await loadAccount(trx, id);
  if (principal.accountId !== id) refuseOfRoot(principal, role);
  const sessions = await endSessions(trx, id);
  await recordAudit(trx, principal, { action: 'session.end-all', subject: username, details: { sessions } });
}

export function accountExists(username: string): SealiftError {
  return new SealiftError('ACCOUNT_EXISTS', { place: 'body.username', values: { username } });
}

/** Whoever manages accounts must not become a Root by them. @throws ACCOUNT_OF_ROOT */
export function refuseOfRoot(principal: Principal, role: Role): void {
  if (role === 'root' && principal.role !== 'root') throw new SealiftError('ACCOUNT_OF_ROOT');
}

async function seenAccount(trx: Trx, principal: Principal, id: string, revision: number): Promise<AccountRow> {
  if (principal.accountId === id) throw new SealiftError('ACCOUNT_OWN');
  const row = await trx.selectFrom('account').selectAll().where('id', '=', id).forUpdate().executeTakeFirst();
  if (row === undefined) throw noAccount(id);
  refuseOfRoot(principal, row.role);
  if (row.revision !== revision) throw recordChanged(`the account ${row.username}`);
  return row;
}

/**
 * Holds every account of a Root until the end of the transaction: of two that take the role from each other one waits, and then sees what the other
 * one did. Locks are taken in the order of ids, so that neither waits for the other for ever.
 */
async function holdRoots(trx: Trx): Promise<void> {
  await trx.selectFrom('account').select('id').where('role', '=', 'root').orderBy('id').forUpdate().execute();
}

/** @throws LAST_ROOT where no other Root could sign in here: single sign-on may be away */
async function refuseLastRoot(trx: Trx, row: AccountRow): Promise<void> {
  if (row.role !== 'root' || row.disabled_at !== null || row.password_hash === null) return;
  const other = await trx
    .selectFrom('account')
    .select('id')
    .where('role', '=', 'root')
    .where('disabled_at', 'is', null)
    .where('password_hash', 'is not', null)
    .where('id', '!=', row.id)
    .limit(1)
    .executeTakeFirst();
  if (other === undefined) throw new SealiftError('LAST_ROOT', { values: { username: row.username } });
}
