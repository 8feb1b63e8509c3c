import { sessionListSchema } from '@sealift/core/api';
import { SealiftError } from '@sealift/core/errors';
import { accountNamed, accountUrl } from '../../client/accounts.ts';
import type { ApiClient } from '../../client/api-client.ts';
import { connect } from '../../client/connect.ts';
import type { CliContext } from '../../context.ts';
import { plainLine } from '../../terminal/plain-line.ts';

interface SessionOptions {
  readonly username?: string;
  readonly json?: true;
}

/** Lists sessions. @throws NOT_FOUND, PLATFORM_* */
export async function listSessions({ username, json }: SessionOptions, context: CliContext): Promise<void> {
  const api = await connect(context);
  const list = await api.get(await sessionsUrl(api, username), sessionListSchema);
  if (json === true) return context.out(JSON.stringify(list));
  if (list.sessions.length === 0) context.out('There is no session.');
  for (const { id, startedAt, lastUsedAt, address, agent } of list.sessions) {
    context.out(plainLine(`${id}  since ${startedAt}  last used ${lastUsedAt}  from ${address}  ${agent}`));
  }
}

/** Ends sessions. @throws USAGE, NOT_FOUND, ACCOUNT_OF_ROOT, PLATFORM_* */
export async function endSessions(
  id: string | undefined,
  { username, all, json }: SessionOptions & { readonly all?: true },
  context: CliContext,
): Promise<void> {
  if ((id === undefined) === (all === undefined)) throw usage('name a session, or give --all');
  if (all === true && username === undefined) throw usage('--all needs --username');
  const api = await connect(context);
  const url = await sessionsUrl(api, username);
  await api.deleteOnly(id === undefined ? url : `${url}/${encodeURIComponent(id)}`);
  const ended = id ?? 'all';
  context.out(json === true ? JSON.stringify({ ended }) : id === undefined ? 'They are ended.' : 'It is ended.');
}

async function sessionsUrl(api: ApiClient, username: string | undefined): Promise<string> {
  if (username === undefined) return '/api/v1/sessions';
  return accountUrl((await accountNamed(api, username)).id, '/sessions');
}

function usage(reason: string): SealiftError {
  return new SealiftError('USAGE', { values: { reason } });
}
