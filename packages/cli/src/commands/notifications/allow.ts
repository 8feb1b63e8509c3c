import { type NotificationPolicy, notificationPolicySchema } from '@sealift/core/api';
import { SealiftError } from '@sealift/core/errors';
import { connect } from '../../client/connect.ts';
import { notificationsUrl, readNotifications } from '../../client/notifications.ts';
import type { CliContext } from '../../context.ts';
import { plainLine } from '../../terminal/plain-line.ts';

export interface AllowOptions {
  readonly local?: true;
  readonly withdraw?: true;
  readonly consoleUrl?: string;
  readonly json?: true;
}

/** Shows or changes where webhooks may go. @throws USAGE, NOT_FOUND, INPUT_INVALID, NOT_PERMITTED, RECORD_CHANGED, PLATFORM_* */
export async function allowAddress(
  address: string | undefined,
  options: AllowOptions,
  context: CliContext,
): Promise<void> {
  const { local, withdraw, consoleUrl, json } = options;
  if (address === undefined && (local === true || withdraw === true)) throw usage('name the address');
  if (local === true && withdraw === true) throw usage('--local and --withdraw exclude each other');
  const api = await connect(context);
  const { policy: before } = await readNotifications(api);
  const isChange = address !== undefined || consoleUrl !== undefined;
  const changed = {
    consoleUrl: consoleUrl === undefined ? before.consoleUrl : consoleUrl === '' ? null : consoleUrl,
    allowed: address === undefined ? before.allowed : allowedWith(address, options, before),
  };
  const policy = isChange
    ? await api.put(`${notificationsUrl}/policy`, changed, notificationPolicySchema, before.revision)
    : before;
  if (json === true) return context.out(JSON.stringify(policy));
  for (const line of policyLines(policy)) context.out(line);
}

function allowedWith(address: string, { local, withdraw }: AllowOptions, { allowed }: NotificationPolicy) {
  const others = allowed.filter(({ origin }) => origin !== address);
  if (withdraw !== true) return [...others, { origin: address, local: local === true }];
  if (others.length < allowed.length) return others;
  throw new SealiftError('NOT_FOUND', { values: { what: 'allowed address', name: address.slice(0, 200) } });
}

/** Where webhooks may go, and how people reach the console, a line each. */
export function policyLines({ allowed, consoleUrl }: NotificationPolicy): string[] {
  const lines = allowed.map(
    ({ origin, local }) =>
      `Webhooks may go to ${origin}${local ? ', also where it leads to this machine itself' : ''}.`,
  );
  const link = consoleUrl === null ? 'Nobody has said how people reach this console.' : `Links lead to ${consoleUrl}.`;
  return [...(lines.length === 0 ? ['Webhooks may go nowhere yet.'] : lines), link].map(plainLine);
}

function usage(reason: string): SealiftError {
  return new SealiftError('USAGE', { values: { reason } });
}
