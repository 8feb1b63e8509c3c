import { type AccountView, accountListSchema, type Role, roleSchema } from '@sealift/core/api';
import { SealiftError } from '@sealift/core/errors';
import type { ApiClient } from './api-client.ts';

export const accountsUrl = '/api/v1/accounts';

/** Where an account is at the API. */
export function accountUrl(id: string, part = ''): string {
  return `${accountsUrl}/${encodeURIComponent(id)}${part}`;
}

/** The account of a user name, whatever its case. @throws NOT_FOUND, PLATFORM_* */
export async function accountNamed(api: ApiClient, username: string): Promise<AccountView> {
  const { accounts } = await api.get(accountsUrl, accountListSchema);
  const found = accounts.find((account) => account.username.toLowerCase() === username.toLowerCase());
  if (found === undefined) throw new SealiftError('NOT_FOUND', { values: { what: 'account', name: username } });
  return found;
}

/** The role that was named. @throws USAGE */
export function roleNamed(text: string): Role {
  const role = roleSchema.safeParse(text).data;
  if (role !== undefined) return role;
  const reason = `there is no role ${JSON.stringify(text)}; there are ${roleSchema.options.join(', ')}`;
  throw new SealiftError('USAGE', { values: { reason }, place: '--role' });
}
