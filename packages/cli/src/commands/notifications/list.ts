import { connect } from '../../client/connect.ts';
import { readNotifications } from '../../client/notifications.ts';
import type { CliContext } from '../../context.ts';
import { policyLines } from './allow.ts';
import { mailServerText, subscriptionLine } from './print.ts';

/** Lists who is told of what, and how. @throws PLATFORM_* */
export async function listNotifications({ json }: { readonly json?: true }, context: CliContext): Promise<void> {
  const all = await readNotifications(await connect(context));
  if (json === true) return context.out(JSON.stringify(all));
  if (all.subscriptions.length === 0) context.out('Nobody is told anything.');
  for (const one of all.subscriptions) context.out(subscriptionLine(one));
  context.out(mailServerText(all.mailServer));
  for (const line of policyLines(all.policy)) context.out(line);
}
