import { type AccountView, accountListSchema, roleTexts } from '@sealift/core/api';
import { accountsUrl } from '../../client/accounts.ts';
import { connect } from '../../client/connect.ts';
import type { CliContext } from '../../context.ts';
import { plainLine } from '../../terminal/plain-line.ts';

/** Lists accounts. @throws PLATFORM_* */
export async function listAccounts({ json }: { readonly json?: true }, context: CliContext): Promise<void> {
  const list = await (await connect(context)).get(accountsUrl, accountListSchema);
  if (json === true) return context.out(JSON.stringify(list));
  for (const account of list.accounts) context.out(plainLine(accountLine(account)));
}

/** A line about one account. */
export function accountLine(account: AccountView): string {
  const { username, role, signsInBy, lastSignInAt, sessions } = account;
  const last = lastSignInAt === null ? 'never signed in' : `last signed in ${lastSignInAt}`;
  const how = signsInBy === 'single-sign-on' ? '  by single sign-on' : '';
  return `${username}  ${roleTexts[role].label}  ${standingOf(account)}${how}  ${last}  sessions: ${sessions}`;
}

function standingOf({ disabledAt, hasPassword, signsInBy, linkExpiresAt }: AccountView): string {
  if (disabledAt !== null) return `DISABLED since ${disabledAt}`;
  if (hasPassword || signsInBy === 'single-sign-on') return 'active';
  return linkExpiresAt === null ? 'WITHOUT A PASSWORD, its link has expired' : `its link waits until ${linkExpiresAt}`;
}
