import type { Delivery, DeliveryList, deliveryQuerySchema, DeliveryState } from '@sealift/core/api';
import { SealiftError } from '@sealift/core/errors';
import type { z } from 'zod';
import type { Actor } from '../audit/actor.ts';
import { recordAudit } from '../audit/audit-log.ts';
import { nextAfter, numberCursor } from '../http/cursor.ts';
import type { Db } from '../store/store.ts';
import type { NotificationDeliveryRow } from '../store/tables/notifications.ts';
import { giveUpAfterMs } from './deliver/backoff.ts';
import { notificationOf } from './deliver/hand-out.ts';

const keptMs = 30 * 24 * 60 * 60_000;
const keptAtMost = 2000;

/** A delivery that waits, and is due. */
export type DueDelivery = Pick<
  NotificationDeliveryRow,
  'id' | 'subscription_id' | 'recipient' | 'attempts' | 'give_up_at'
> & { readonly document: string };

const shownColumns = [
  'notification_delivery.id',
  'notification_delivery.subscription_id',
  'notification_delivery.recipient',
  'notification_delivery.state',
  'notification_delivery.attempts',
  'notification_delivery.answer',
  'notification_delivery.last_at',
  'notification_delivery.next_at',
] as const;

function joined(db: Db) {
  return db
    .selectFrom('notification_delivery')
    .innerJoin('notification', 'notification.id', 'notification_delivery.notification_id')
    .innerJoin('notification_subscription', 'notification_subscription.id', 'notification_delivery.subscription_id')
    .select(shownColumns)
    .select(['notification.document', 'notification_subscription.name']);
}
type Shown = Awaited<ReturnType<ReturnType<typeof joined>['executeTakeFirstOrThrow']>>;

/** A page of deliveries, newest first. @throws INPUT_INVALID (no cursor), RECORD_DAMAGED */
export async function listDeliveries(db: Db, query: z.output<typeof deliveryQuerySchema>): Promise<DeliveryList> {
  const { subscription, state, limit } = query;
  const after = numberCursor(query.after);
  let select = joined(db);
  if (subscription !== undefined) select = select.where('notification_delivery.subscription_id', '=', subscription);
  if (state !== undefined) select = select.where('notification_delivery.state', '=', state);
  if (after !== undefined) {
    const { place, id } = after;
    select = select.where((row) =>
      row.or([
        row.eb('notification.sequence', '<', place),
        row.and([row.eb('notification.sequence', '=', place), row.eb('notification_delivery.id', '>', id)]),
      ]),
    );
  }
  const rows = await select
    .select('notification.sequence')
    .orderBy('notification.sequence', 'desc')
    .orderBy('notification_delivery.id')
    .limit(limit + 1)
    .execute();
  const next = nextAfter(rows, limit, ({ sequence: place, id }) => ({ place, id }));
  return { deliveries: rows.slice(0, limit).map(viewOf), next };
}

/** How many deliveries of each subscription wait, and were given up. */
export async function deliveryCounts(db: Db): Promise<(subscription: string, state: DeliveryState) => number> {
  const rows = await db
    .selectFrom('notification_delivery')
    .select(['subscription_id', 'state'])
    .select(({ fn }) => fn.countAll<string>().as('count'))
    .groupBy(['subscription_id', 'state'])
    .execute();
  return (subscription, state) =>
    Number(rows.find((row) => row.subscription_id === subscription && row.state === state)?.count ?? 0);
}

/** Has a delivery tried again now, for another day; one that waits only sooner. @throws NOT_FOUND, DELIVERY_DONE */
export async function retryDelivery(db: Db, actor: Actor, id: string, now: Date): Promise<Delivery> {
  return await db.transaction().execute(async (trx) => {
    const row = await trx
      .selectFrom('notification_delivery')
      .select('state')
      .where('id', '=', id)
      .forUpdate()
      .executeTakeFirst();
    if (row === undefined) {
      throw new SealiftError('NOT_FOUND', { values: { what: 'delivery', name: id.slice(0, 60) } });
    }
    if (row.state === 'delivered') throw new SealiftError('DELIVERY_DONE', { place: id });
    await trx
      .updateTable('notification_delivery')
      .set({ state: 'waiting', attempts: 0, next_at: now, give_up_at: new Date(now.getTime() + giveUpAfterMs) })
      .where('id', '=', id)
      .execute();
    await recordAudit(trx, actor, { action: 'notifications.retry', subject: id });
    return viewOf(await joined(trx).where('notification_delivery.id', '=', id).executeTakeFirstOrThrow());
  });
}

/** Up to so many of each subscription that are due, those first that have failed least: one that is always refused holds up no other. */
export async function dueDeliveries(db: Db, now: Date, ofEach: number): Promise<DueDelivery[][]> {
  const due = db
    .selectFrom('notification_delivery')
    .where('notification_delivery.state', '=', 'waiting')
    .where('notification_delivery.next_at', '<=', now);
  const subscriptions = await due.select('subscription_id').distinct().execute();
  const all: DueDelivery[][] = [];
  for (const { subscription_id: subscription } of subscriptions) {
    const rows = await due
      .innerJoin('notification', 'notification.id', 'notification_delivery.notification_id')
      .select([
        'notification_delivery.id',
        'notification_delivery.subscription_id',
        'notification_delivery.recipient',
        'notification_delivery.attempts',
        'notification_delivery.give_up_at',
        'notification.document',
      ])
      .where('notification_delivery.subscription_id', '=', subscription)
      .orderBy('notification_delivery.attempts')
      .orderBy('notification.sequence')
      .limit(ofEach)
      .execute();
    all.push(rows);
  }
  return all;
}

/**
 * Takes a delivery for one attempt: nobody else begins it before the attempt must be over.
 *
 * @returns false where it was taken, changed or removed meanwhile
 */
export async function claimDelivery(db: Db, { id, attempts }: DueDelivery, until: Date): Promise<boolean> {
  const claimed = await db
    .updateTable('notification_delivery')
    .set({ attempts: attempts + 1, next_at: until })
    .where('id', '=', id)
    .where('state', '=', 'waiting')
    .where('attempts', '=', attempts)
    .returning('id')
    .executeTakeFirst();
  return claimed !== undefined;
}

/** What became of an attempt. */
export type Outcome =
  | { readonly state: 'delivered' | 'failed'; readonly answer: string }
  | { readonly state: 'waiting'; readonly answer: string; readonly nextAt: Date };

/** Notes what became of an attempt, unless a person has had it tried again meanwhile. */
export async function settleDelivery(
  db: Db,
  { id, attempts }: DueDelivery,
  outcome: Outcome,
  now: Date,
): Promise<void> {
  await db
    .updateTable('notification_delivery')
    .set({
      state: outcome.state,
      answer: outcome.answer,
      last_at: now,
      next_at: outcome.state === 'waiting' ? outcome.nextAt : null,
    })
    .where('id', '=', id)
    .where('attempts', '=', attempts + 1)
    .execute();
}

/** Removes what is over for long, and of what is over all but the newest; what waits stays. */
export async function pruneNotifications(db: Db, now: Date): Promise<void> {
  const newest = await db
    .selectFrom('notification')
    .select('sequence')
    .orderBy('sequence', 'desc')
    .offset(keptAtMost)
    .limit(1)
    .executeTakeFirst();
  const waiting = db.selectFrom('notification_delivery').select('notification_id').where('state', '=', 'waiting');
  await db
    .deleteFrom('notification')
    .where('handed_out', '=', true)
    .where('id', 'not in', waiting)
    .where((where) =>
      where.or([
        where('at', '<', new Date(now.getTime() - keptMs)),
        ...(newest === undefined ? [] : [where('sequence', '<=', newest.sequence)]),
      ]),
    )
    .execute();
}

function viewOf(row: Shown): Delivery {
  const { id, subscription_id: subscription, name, document, recipient, attempts, answer } = row;
  return {
    id,
    subscription: { id: subscription, name },
    notification: notificationOf(document),
    recipient,
    state: stateOf(row.state),
    attempts,
    answer,
    lastAt: row.last_at?.toISOString() ?? null,
    nextAt: row.next_at?.toISOString() ?? null,
  };
}

function stateOf(stored: string): DeliveryState {
  return stored === 'waiting' || stored === 'delivered' ? stored : 'failed';
}
