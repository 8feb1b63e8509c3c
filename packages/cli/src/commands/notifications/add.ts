import { changedSubscriptionSchema, type SubscriptionRequest } from '@sealift/core/api';
import { connect } from '../../client/connect.ts';
import { notificationsUrl } from '../../client/notifications.ts';
import type { CliContext } from '../../context.ts';
import { printChanged } from './print.ts';
import { keyOf, kindsOf, type SubscriptionOptions, targetOf } from './subscription-options.ts';

/** Has a program or people told. @throws USAGE, INPUT_INVALID, WEBHOOK_ADDRESS_NOT_ALLOWED, FILE_*, PLATFORM_* */
export async function addSubscription(name: string, options: SubscriptionOptions, context: CliContext): Promise<void> {
  const asked: SubscriptionRequest = {
    name,
    kinds: kindsOf(options, undefined),
    target: targetOf(options, undefined),
    ...(await keyOf(options)),
  };
  const api = await connect(context);
  await printChanged(
    await api.post(`${notificationsUrl}/subscriptions`, asked, changedSubscriptionSchema),
    options,
    context,
  );
}
