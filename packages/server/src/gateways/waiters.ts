import { SealiftError } from '@sealift/core/errors';
import type { EventBus } from '../notify/event-bus.ts';
import { toldSubject } from './tell.ts';

/** More than wait on one console; each holds a connection. */
const limit = 2000;
/** Reports that come within a second when all are told at once. */
const reportsPerSecond = 20;

/** What a gateway hears that waited. */
export interface Word {
  readonly told: boolean;
  readonly withinSeconds: number;
}

/** Gateways that wait for word, at most so many, each for a bounded time. */
export class GatewayWaiters {
  readonly #waiting = new Map<string, (word: Word) => void>();
  readonly #unsubscribe: () => void;

  constructor(events: EventBus) {
    const tell = (): void => {
      const word = { told: true, withinSeconds: Math.ceil(this.#waiting.size / reportsPerSecond) };
      for (const end of this.#waiting.values()) end(word);
    };
    this.#unsubscribe = events.subscribe(({ kind, subject }) => {
      if (kind === 'gateways' && subject === toldSubject) tell();
    }, tell);
  }

  /** Waits until all are told, the time is over, or it is cancelled. One that waits twice ends its first wait. @throws GATEWAY_WAITING_LIMIT */
  async wait(id: string, seconds: number, cancel: AbortSignal): Promise<Word> {
    this.#waiting.get(id)?.({ told: false, withinSeconds: 0 });
    if (this.#waiting.size >= limit) throw new SealiftError('GATEWAY_WAITING_LIMIT', { values: { limit } });
    const { promise, resolve } = Promise.withResolvers<Word>();
    const over = (): void => resolve({ told: false, withinSeconds: 0 });
    const timer = setTimeout(over, seconds * 1000);
    cancel.addEventListener('abort', over, { once: true });
    this.#waiting.set(id, resolve);
    try {
      return await promise;
    } finally {
      clearTimeout(timer);
      cancel.removeEventListener('abort', over);
      if (this.#waiting.get(id) === resolve) this.#waiting.delete(id);
    }
  }

  /** Ends every wait: the console closes. */
  close(): void {
    this.#unsubscribe();
    for (const end of this.#waiting.values()) end({ told: false, withinSeconds: 0 });
  }
}
