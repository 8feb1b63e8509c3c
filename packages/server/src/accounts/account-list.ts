import type { AccountView } from '@sealift/core/api';
import { SealiftError } from '@sealift/core/errors';
import type { Db } from '../store/store.ts';
import type { AccountRow } from '../store/tables/access.ts';

/** Every account, by name. */
export async function listAccounts(db: Db): Promise<AccountView[]> {
  const now = new Date();
  const rows = await db.selectFrom('account').selectAll().orderBy('username').execute();
  const sessions = await db
    .selectFrom('session')
    .select(({ fn }) => ['account_id', fn.countAll<string>().as('count')])
    .where('expires_at', '>', now)
    .groupBy('account_id')
    .execute();
  const links = await db.selectFrom('password_link').selectAll().where('expires_at', '>', now).execute();
  const countOf = new Map(sessions.map(({ account_id: id, count }) => [id, Number(count)]));
  const linkOf = new Map(links.map(({ account_id: id, expires_at: end }) => [id, end.toISOString()]));
  return rows.map((row) => shown(row, countOf.get(row.id) ?? 0, linkOf.get(row.id) ?? null));
}

/** @throws NOT_FOUND */
export async function accountView(db: Db, id: string): Promise<AccountView> {
  const found = (await listAccounts(db)).find((account) => account.id === id);
  if (found === undefined) throw noAccount(id);
  return found;
}

/** @throws NOT_FOUND */
export async function loadAccount(db: Db, id: string): Promise<AccountRow> {
  const row = await db.selectFrom('account').selectAll().where('id', '=', id).executeTakeFirst();
  if (row === undefined) throw noAccount(id);
  return row;
}

export function noAccount(name: string): SealiftError {
  return new SealiftError('NOT_FOUND', { values: { what: 'account', name } });
}

function shown(row: AccountRow, sessions: number, linkExpiresAt: string | null): AccountView {
  return {
    id: row.id,
    username: row.username,
    role: row.role,
    signsInBy: row.provider_subject === null ? 'password' : 'single-sign-on',
    hasPassword: row.password_hash !== null,
    disabledAt: row.disabled_at?.toISOString() ?? null,
    createdAt: row.created_at.toISOString(),
    lastSignInAt: row.last_sign_in_at?.toISOString() ?? null,
    linkExpiresAt,
    sessions,
    revision: row.revision,
  };
}
