import { type ChangedSubscription, type MailServer, mailSecurities, type Subscription } from '@sealift/core/api';
import { writeFileAtomically } from '@sealift/io/durable-file';
import { resolve } from 'node:path';
import type { CliContext } from '../../context.ts';
import { plainLine } from '../../terminal/plain-line.ts';

/** A subscription in a line. */
export function subscriptionLine({ name, kinds, target, waiting, failed }: Subscription): string {
  const to = target.via === 'mail' ? target.to.join(', ') : target.url;
  const left = [...(waiting > 0 ? [`${waiting} waiting`] : []), ...(failed > 0 ? [`${failed} FAILED`] : [])];
  return plainLine([name, to, kinds.join(','), ...left].join('  '));
}

/** The mail server in a sentence. */
export function mailServerText({ settings, changedBy, changedAt }: MailServer): string {
  if (settings === null) return 'There is no mail server.';
  const { host, port, security, user, from } = settings;
  const login = user === null ? 'without a login' : `as ${user}`;
  return plainLine(
    `Mail goes by ${host}:${port}, ${mailSecurities[security]}, ${login}, and comes from ${from}; set by ${changedBy} at ${changedAt}.`,
  );
}

/** Prints a changed subscription, and its key where it is a new one: this once, or into a file. @throws FILE_UNWRITABLE */
export async function printChanged(
  { subscription, newKey }: ChangedSubscription,
  { output, json }: { readonly output?: string; readonly json?: true },
  context: CliContext,
): Promise<void> {
  const path = output === undefined || newKey === null ? undefined : resolve(output);
  if (path !== undefined) await writeFileAtomically(path, `${newKey}\n`, 0o600);
  if (json === true) {
    const key = newKey === null ? {} : path === undefined ? { newKey } : { keyPath: path };
    return context.out(JSON.stringify({ subscription, ...key }));
  }
  context.note(subscriptionLine(subscription));
  if (newKey === null) return;
  if (path === undefined) context.note('The key that requests are signed with, shown this once:');
  context.out(path ?? newKey);
}
