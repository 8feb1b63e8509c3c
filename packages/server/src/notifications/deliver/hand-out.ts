import { randomUUID } from 'node:crypto';
import { type Notification, notificationSchema } from '@sealift/core/notification';
import type { Db, Trx } from '../../store/store.ts';
import { storedJson } from '../../store/stored-json.ts';
import { type StoredSubscription, subscriptionOf } from '../settings/subscriptions.ts';
import { giveUpAfterMs } from './backoff.ts';

const atOnce = 100;

/** @throws RECORD_DAMAGED */
export function notificationOf(document: string): Notification {
  return storedJson('what is to be told', document, notificationSchema);
}

/**
 * Makes a delivery of each thing that is to be told, for each place that is told of it. What cannot be read is told to nobody, and hinders nothing.
 *
 * @param onDamage told of what could not be read
 * @returns whether there was anything
 */
export async function handOut(db: Db, now: Date, onDamage: (error: unknown) => void): Promise<boolean> {
  for (let handed = 0; ; ) {
    const some = await db.transaction().execute((trx) => handOutSome(trx, now, onDamage));
    handed += some;
    if (some < atOnce) return handed > 0;
  }
}

/** @returns how many */
async function handOutSome(trx: Trx, now: Date, onDamage: (error: unknown) => void): Promise<number> {
  const waiting = await trx
    .selectFrom('notification')
    .select(['sequence', 'id', 'document'])
    .where('handed_out', '=', false)
    .orderBy('sequence')
    .limit(atOnce)
    .forUpdate()
    .execute();
  if (waiting.length === 0) return 0;
  const rows = await trx.selectFrom('notification_subscription').selectAll().execute();
  const subscriptions = rows.flatMap((row) => readable(() => subscriptionOf(row), onDamage));
  const deliveries = waiting.flatMap(({ id, document }) =>
    readable(() => notificationOf(document), onDamage).flatMap(({ kind }) =>
      subscriptions
        .flatMap((one) => placesOf(one, kind))
        .map((place) => ({ id: randomUUID(), notification_id: id, ...place })),
    ),
  );
  const due = { state: 'waiting', next_at: now, give_up_at: new Date(now.getTime() + giveUpAfterMs) };
  for (const delivery of deliveries)
    await trx
      .insertInto('notification_delivery')
      .values({ ...delivery, ...due })
      .execute();
  const numbers = waiting.map(({ sequence }) => sequence);
  await trx.updateTable('notification').set({ handed_out: true }).where('sequence', 'in', numbers).execute();
  return waiting.length;
}

function readable<Result>(read: () => Result, onDamage: (error: unknown) => void): Result[] {
  try {
    return [read()];
  } catch (error) {
    onDamage(error);
    return [];
  }
}

/** The places of a subscription that are told of a kind. */
function placesOf({ id, kinds, target }: StoredSubscription, kind: string) {
  if (!kinds.some((one) => one === kind)) return [];
  const recipients = target.via === 'mail' ? target.to : [null];
  return recipients.map((recipient) => ({ subscription_id: id, recipient }));
}
