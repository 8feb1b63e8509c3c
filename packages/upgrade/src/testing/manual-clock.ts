import { setImmediate } from 'node:timers/promises';
import type { Clock } from '../engine/clock.ts';

/** Sleeps up to this long pass at once; longer ones end only when the test moves the clock. */
const shortMs = 10;

/** A clock that stands still until the test moves it. */
export class ManualClock implements Clock {
  #now = 0;
  readonly #sleepers = new Set<{ readonly until: number; readonly wake: () => void }>();

  monotonic(): number {
    return this.#now;
  }

  now(): Date {
    return new Date(Date.UTC(2026, 0, 1) + this.#now);
  }

  async sleep(ms: number, cancel: AbortSignal): Promise<void> {
    if (ms <= shortMs) return setImmediate();
    if (cancel.aborted) return;
    await new Promise<void>((resolve) => {
      const sleeper = { until: this.#now + ms, wake: resolve };
      this.#sleepers.add(sleeper);
      cancel.addEventListener('abort', () => this.#wake(sleeper), { once: true });
    });
  }

  advance(ms: number): void {
    this.#now += ms;
    for (const sleeper of this.#sleepers) if (sleeper.until <= this.#now) this.#wake(sleeper);
  }

  #wake(sleeper: { readonly until: number; readonly wake: () => void }): void {
    this.#sleepers.delete(sleeper);
    sleeper.wake();
  }
}
