import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { eventSchema } from '@sealift/core/api';
import { z } from 'zod';
import type { EventBus } from './event-bus.ts';

const channel = 'sealift_events';
/** Between two attempts to listen again; a page that has missed something meanwhile connects anew. */
const againMs = 1000;

const messageSchema = z.object({ from: z.string(), event: eventSchema });

/** How the consoles of one database reach each other. */
export interface ReplicaLine {
  /** Listens to a channel until cancelled. @throws what ended it */
  readonly listen: (
    channel: string,
    cancel: AbortSignal,
    told: { readonly ready: () => void; readonly hear: (message: string) => void },
  ) => Promise<void>;
  readonly say: (channel: string, message: string) => Promise<unknown>;
}

/** Events across the consoles of one database, by PostgreSQL's LISTEN and NOTIFY. Without a line there is one console. */
export class ReplicaEvents {
  readonly #line: ReplicaLine | undefined;
  readonly #events: EventBus;
  readonly #id = randomUUID();
  readonly #stop = new AbortController();
  #listening: Promise<void> = Promise.resolve();

  constructor(line: ReplicaLine | undefined, events: EventBus) {
    this.#line = line;
    this.#events = events;
  }

  /** @param onFailure told of what keeps the consoles from hearing each other; it is tried again */
  begin(onFailure: (error: unknown) => void): void {
    const line = this.#line;
    if (line === undefined) return;
    this.#events.relayTo((event) => {
      const text = JSON.stringify({ from: this.#id, event });
      // Pages also fetch by themselves; a change must not fail for want of its echo.
      line.say(channel, text).catch(onFailure);
    });
    this.#listening = this.#keep(line, onFailure);
  }

  async close(): Promise<void> {
    this.#stop.abort();
    await this.#listening;
  }

  async #keep({ listen }: ReplicaLine, onFailure: (error: unknown) => void): Promise<void> {
    const { signal } = this.#stop;
    let hasFailed = false;
    for (let first = true; !signal.aborted; first = false) {
      try {
        await listen(channel, signal, {
          ready: () => {
            hasFailed = false;
            if (!first) this.#events.missed();
          },
          hear: (text) => this.#hear(text),
        });
      } catch (error) {
        // Told once: it is tried again each second.
        if (!hasFailed && !signal.aborted) onFailure(error);
        hasFailed = true;
      }
      await delay(againMs, undefined, { signal }).catch(() => undefined);
    }
  }

  #hear(text: string): void {
    const message = messageSchema.safeParse(parsed(text)).data;
    if (message !== undefined && message.from !== this.#id) this.#events.tell(message.event);
  }
}

/** Anybody who may use the database can send anything. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
