import { connect } from '../../client/connect.ts';
import { subscriptionNamed, subscriptionUrl } from '../../client/notifications.ts';
import type { CliContext } from '../../context.ts';
import { plainLine } from '../../terminal/plain-line.ts';

/** Tells a subscription no more. @throws NOT_FOUND, PLATFORM_* */
export async function removeSubscription(
  given: string,
  { json }: { readonly json?: true },
  context: CliContext,
): Promise<void> {
  const api = await connect(context);
  const found = await subscriptionNamed(api, given);
  await api.deleteOnly(subscriptionUrl(found));
  const { name } = found;
  context.out(json === true ? JSON.stringify({ removed: name }) : plainLine(`${name} is told nothing any more.`));
}
