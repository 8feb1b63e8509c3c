import { changedSubscriptionSchema, type SubscriptionRequest } from '@sealift/core/api';
import { connect } from '../../client/connect.ts';
import { subscriptionNamed, subscriptionUrl } from '../../client/notifications.ts';
import type { CliContext } from '../../context.ts';
import { printChanged } from './print.ts';
import { keyOf, kindsOf, type SubscriptionOptions, targetOf } from './subscription-options.ts';

/** Changes what is told, or where to. @throws USAGE, NOT_FOUND, RECORD_CHANGED, INPUT_INVALID, WEBHOOK_ADDRESS_NOT_ALLOWED, FILE_*, PLATFORM_* */
export async function editSubscription(name: string, options: SubscriptionOptions, context: CliContext): Promise<void> {
  const key = await keyOf(options);
  const api = await connect(context);
  const before = await subscriptionNamed(api, name);
  const asked: SubscriptionRequest = {
    name: options.name ?? before.name,
    kinds: kindsOf(options, before.kinds),
    target: targetOf(options, before.target),
    ...key,
  };
  const changed = await api.put(subscriptionUrl(before), asked, changedSubscriptionSchema, before.revision);
  await printChanged(changed, options, context);
}
