import type { Notifications, Subscription } from '@sealift/core/api';
import type { Db } from '../store/store.ts';
import { deliveryCounts } from './deliveries.ts';
import { readMailServer } from './settings/mail-server.ts';
import { readNotificationPolicy } from './settings/policy.ts';
import { findSubscription, subscriptionOf } from './settings/subscriptions.ts';

/** Who is told of what, and how. @throws RECORD_DAMAGED */
export async function notificationsOverview(db: Db): Promise<Notifications> {
  const rows = await db.selectFrom('notification_subscription').selectAll().orderBy('name').execute();
  const countOf = await deliveryCounts(db);
  const subscriptions = rows.map((row) => ({
    ...subscriptionOf(row),
    waiting: countOf(row.id, 'waiting'),
    failed: countOf(row.id, 'failed'),
  }));
  return { policy: await readNotificationPolicy(db), mailServer: await readMailServer(db), subscriptions };
}

/** @throws NOT_FOUND, RECORD_DAMAGED */
export async function subscriptionView(db: Db, id: string): Promise<Subscription> {
  const row = await findSubscription(db, id);
  const countOf = await deliveryCounts(db);
  return { ...subscriptionOf(row), waiting: countOf(id, 'waiting'), failed: countOf(id, 'failed') };
}
