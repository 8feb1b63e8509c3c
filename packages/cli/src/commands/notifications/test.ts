import { notificationTestSchema } from '@sealift/core/api';
import { connect } from '../../client/connect.ts';
import { subscriptionNamed, subscriptionUrl } from '../../client/notifications.ts';
import type { CliContext } from '../../context.ts';
import { plainLine } from '../../terminal/plain-line.ts';

/** Sends a test to each place of a subscription. @throws NOT_FOUND, WEBHOOK_*, MAIL_*, PLATFORM_* */
export async function testSubscription(
  given: string,
  { json }: { readonly json?: true },
  context: CliContext,
): Promise<void> {
  const api = await connect(context);
  const found = await subscriptionNamed(api, given);
  const { answer } = await api.post(`${subscriptionUrl(found)}/test`, undefined, notificationTestSchema);
  if (json === true) return context.out(JSON.stringify({ subscription: found.name, answer }));
  for (const line of answer.split('\n')) context.out(plainLine(line));
}
