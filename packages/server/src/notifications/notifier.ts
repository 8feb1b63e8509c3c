import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { asSealiftError, isSealiftError } from '@sealift/core/errors';
import type { LeasePort } from '@sealift/upgrade/ports/lease';
import { leaseStore } from '../engine/lease-store.ts';
import type { EventBus } from '../notify/event-bus.ts';
import {
  claimDelivery,
  type DueDelivery,
  dueDeliveries,
  type Outcome,
  pruneNotifications,
  settleDelivery,
} from './deliveries.ts';
import { type SendingParts, sendTo } from './deliver/attempt.ts';
import { pauseMs } from './deliver/backoff.ts';
import { handOut, notificationOf } from './deliver/hand-out.ts';

const leaseName = 'notifications';
/** Longer than any attempt takes; another console takes over after it where this one died. */
const leaseMs = 90_000;
const lookEveryMs = 15_000;
/** Whatever happens is told of at once, but a busy upgrade says something several times a second. */
const gatherMs = 500;
const ofEachSubscription = 10;
/** Of the events that this says itself. */
const ownSubject = 'deliveries';
/** No attempt takes longer. */
const attemptMs = 60_000;

/** What notifications are delivered with. */
export interface NotifierParts extends SendingParts {
  readonly events: EventBus;
  /** From 0 to 1: how much is taken off a pause. */
  readonly random?: () => number;
}

/**
 * Delivers what is to be told: of all consoles of a database, the one that holds the lease. Each place is served by itself, so that a slow one holds
 * up no other, and nothing that happens waits for any.
 */
export class Notifier {
  readonly #parts: NotifierParts;
  readonly #lease: LeasePort;
  readonly #holder = randomUUID();
  readonly #stop = new AbortController();
  #epoch: number | null = null;
  #wake: () => void = () => undefined;
  #running: Promise<void> = Promise.resolve();
  #onFailure: (error: unknown) => void = () => undefined;

  constructor(parts: NotifierParts) {
    this.#parts = parts;
    this.#lease = leaseStore({ db: parts.db }, leaseName);
  }

  /** @param onFailure told of what keeps it from delivering; it is tried again */
  begin(onFailure: (error: unknown) => void): void {
    this.#onFailure = onFailure;
    const unsubscribe = this.#parts.events.subscribe(({ kind, subject }) => {
      if (kind !== 'notifications' || subject !== ownSubject) this.#wake();
    });
    this.#running = this.#keep().finally(unsubscribe);
  }

  /** Begins nothing more; what is being sent is cut off, and tried again by whoever is next. */
  async close(): Promise<void> {
    this.#stop.abort();
    await this.#running;
    if (this.#epoch !== null) await this.#lease.release(this.#holder, this.#epoch).catch(() => undefined);
  }

  /**
   * Delivers what is due, unless another console does.
   *
   * @returns whether this one does
   */
  async deliverDue(now: Date): Promise<boolean> {
    if (!(await this.#leads())) return false;
    const { db } = this.#parts;
    const handedOut = await handOut(db, now, this.#onFailure);
    const due = await dueDeliveries(db, now, ofEachSubscription);
    const turns = due.map((some) => this.#serve(some, now));
    const ended = await Promise.allSettled(turns);
    for (const one of ended) if (one.status === 'rejected') this.#onFailure(one.reason);
    if (handedOut || due.length > 0) {
      await pruneNotifications(db, now);
      this.#parts.events.publish({ kind: 'notifications', subject: ownSubject });
    }
    return true;
  }

  async #keep(): Promise<void> {
    const { signal } = this.#stop;
    let hasFailed = false;
    while (!signal.aborted) {
      // Before looking: what happens meanwhile is looked at next.
      const { promise: woken, resolve } = Promise.withResolvers<void>();
      this.#wake = resolve;
      try {
        await this.deliverDue(new Date());
        hasFailed = false;
      } catch (error) {
        // Told once: it is tried again soon.
        if (!hasFailed && !signal.aborted) this.#onFailure(error);
        hasFailed = true;
      }
      await rest(gatherMs, signal);
      const over = new AbortController();
      await Promise.race([woken, rest(lookEveryMs, AbortSignal.any([signal, over.signal]))]);
      over.abort();
    }
  }

  /** One place's turn: in order, until the first that fails; what is left is due still. */
  async #serve(due: readonly DueDelivery[], now: Date): Promise<void> {
    const { db } = this.#parts;
    for (const delivery of due) {
      if (this.#stop.signal.aborted || !(await this.#leads())) return;
      if (!(await claimDelivery(db, delivery, new Date(now.getTime() + attemptMs)))) continue;
      const outcome = await this.#attempt(delivery, now);
      await settleDelivery(db, delivery, outcome, now);
      if (outcome.state !== 'delivered') return;
    }
  }

  async #attempt(delivery: DueDelivery, now: Date): Promise<Outcome> {
    const { subscription_id: subscription, recipient } = delivery;
    try {
      const notification = notificationOf(delivery.document);
      const answer = await sendTo(this.#parts, { subscription, recipient }, notification, this.#stop.signal);
      return { state: 'delivered', answer };
    } catch (error) {
      const cut = 'it was cut off, for the console was stopped';
      if (this.#stop.signal.aborted) return { state: 'waiting', answer: cut, nextAt: now };
      const attempts = delivery.attempts + 1;
      const pause = pauseMs(attempts, this.#parts.random?.() ?? Math.random());
      const nextAt = new Date(now.getTime() + pause);
      const answer = asSealiftError(error).message;
      const isOver = isFinal(error) || nextAt >= delivery.give_up_at;
      return isOver ? { state: 'failed', answer } : { state: 'waiting', answer, nextAt };
    }
  }

  async #leads(): Promise<boolean> {
    if (this.#epoch !== null && (await this.#lease.renew(this.#holder, this.#epoch, leaseMs))) return true;
    this.#epoch = (await this.#lease.acquire(this.#holder, leaseMs))?.epoch ?? null;
    return this.#epoch !== null;
  }
}

async function rest(ms: number, signal: AbortSignal): Promise<void> {
  await delay(ms, undefined, { signal }).catch(() => undefined);
}

/** What no further attempt mends: a mail that the server refuses for good (RFC 5321, 4.2.1), a place that is told no more. */
function isFinal(error: unknown): boolean {
  return isSealiftError(error, 'MAIL_REFUSED') || isSealiftError(error, 'NOT_FOUND');
}
