import { setTimeout as delay } from 'node:timers/promises';

/** Time as the engine sees it; tests hand in their own. */
export interface Clock {
  /** Milliseconds that only ever grow, unaffected by changes of the wall clock. */
  monotonic(): number;
  /** The wall clock, for what people read. */
  now(): Date;
  /** Resolves after `ms`, or at once when cancelled; never rejects. */
  sleep(ms: number, cancel: AbortSignal): Promise<void>;
}

export const systemClock: Clock = {
  monotonic: () => performance.now(),
  now: () => new Date(),
  sleep: (ms, cancel) => delay(ms, undefined, { signal: cancel }).catch(() => undefined),
};
