import { accountWithLinkSchema, passwordLinkPath } from '@sealift/core/api';
import type { z } from 'zod';
import { accountNamed, accountsUrl, accountUrl, roleNamed } from '../../client/accounts.ts';
import { connect } from '../../client/connect.ts';
import type { CliContext } from '../../context.ts';

interface Output {
  readonly json?: true;
}

/** Makes an account. @throws USAGE, ACCOUNT_EXISTS, ACCOUNT_OF_ROOT, PLATFORM_* */
export async function createAccount(
  username: string,
  { role, json }: Output & { readonly role: string },
  context: CliContext,
): Promise<void> {
  const body = { username, role: roleNamed(role) };
  const api = await connect(context);
  tell(await api.post(accountsUrl, body, accountWithLinkSchema), api.url, json, context);
}

/** A new link for an account that is there. @throws NOT_FOUND, ACCOUNT_OF_ROOT, ACCOUNT_ELSEWHERE, PLATFORM_* */
export async function resetPassword(username: string, { json }: Output, context: CliContext): Promise<void> {
  const api = await connect(context);
  const { id } = await accountNamed(api, username);
  tell(await api.post(accountUrl(id, '/password-link'), undefined, accountWithLinkSchema), api.url, json, context);
}

function tell(
  { account, link }: z.output<typeof accountWithLinkSchema>,
  url: string,
  json: true | undefined,
  context: CliContext,
): void {
  const address = `${url}${passwordLinkPath}${link.token}`;
  if (json === true) {
    context.out(JSON.stringify({ account, link: { url: address, expiresAt: link.expiresAt } }));
    return;
  }
  context.out(`${account.username} chooses a password here, once, until ${link.expiresAt}:`);
  context.out(address);
  context.note('It is shown this once. Give it to nobody but them.');
}
