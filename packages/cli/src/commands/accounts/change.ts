import { type AccountChange, accountSchema, type AccountView } from '@sealift/core/api';
import { accountNamed, accountUrl, roleNamed } from '../../client/accounts.ts';
import { connect } from '../../client/connect.ts';
import type { CliContext } from '../../context.ts';
import { accountLine } from './list.ts';

interface Output {
  readonly json?: true;
}

/** Gives an account another role. @throws USAGE, LAST_ROOT, ACCOUNT_*, RECORD_CHANGED, PLATFORM_* */
export async function setRole(username: string, role: string, output: Output, context: CliContext): Promise<void> {
  const wanted = roleNamed(role);
  await change(username, ({ disabledAt }) => ({ role: wanted, disabled: disabledAt !== null }), output, context);
}

/** Shuts an account out, or lets it in again. @throws LAST_ROOT, ACCOUNT_*, RECORD_CHANGED, PLATFORM_* */
export async function setDisabled(
  username: string,
  disabled: boolean,
  output: Output,
  context: CliContext,
): Promise<void> {
  await change(username, ({ role }) => ({ role, disabled }), output, context);
}

/** Removes an account. @throws LAST_ROOT, ACCOUNT_*, RECORD_CHANGED, PLATFORM_* */
export async function removeAccount(username: string, { json }: Output, context: CliContext): Promise<void> {
  const api = await connect(context);
  const account = await accountNamed(api, username);
  await api.deleteOnly(accountUrl(account.id), account.revision);
  context.out(
    json === true ? JSON.stringify({ removed: account.username }) : `The account ${account.username} is removed.`,
  );
}

async function change(
  username: string,
  wanted: (now: AccountView) => AccountChange,
  { json }: Output,
  context: CliContext,
): Promise<void> {
  const api = await connect(context);
  const now = await accountNamed(api, username);
  const account = await api.put(accountUrl(now.id), wanted(now), accountSchema, now.revision);
  context.out(json === true ? JSON.stringify(account) : accountLine(account));
}
