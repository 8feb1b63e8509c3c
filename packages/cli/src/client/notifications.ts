import { type Notifications, notificationsSchema, type Subscription } from '@sealift/core/api';
import { SealiftError } from '@sealift/core/errors';
import type { ApiClient } from './api-client.ts';

export const notificationsUrl = '/api/v1/notifications';

/** Who is told of what, and how. @throws PLATFORM_* */
export function readNotifications(api: ApiClient): Promise<Notifications> {
  return api.get(notificationsUrl, notificationsSchema);
}

/** The subscription of a name, whatever its case. @throws NOT_FOUND, PLATFORM_* */
export async function subscriptionNamed(api: ApiClient, name: string): Promise<Subscription> {
  const { subscriptions } = await readNotifications(api);
  const found = subscriptions.find((one) => one.name.toLowerCase() === name.toLowerCase());
  if (found === undefined) throw new SealiftError('NOT_FOUND', { values: { what: 'subscription', name } });
  return found;
}

export function subscriptionUrl({ id }: Pick<Subscription, 'id'>): string {
  return `${notificationsUrl}/subscriptions/${encodeURIComponent(id)}`;
}
