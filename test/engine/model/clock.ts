import type { EngineOptions } from '@sealift/upgrade/engine';

type Clock = NonNullable<EngineOptions['clock']>;

/** Sleeps up to this long are over at once: what they wait for is one more choice. */
const shortMs = 10;

/** Time of a whole run of the model; it passes only when that is chosen. */
export class ModelTime {
  now = 0;
}

/** The clock of one process, whose timers may be late. */
export class ModelClock implements Clock {
  readonly #time: ModelTime;
  readonly #skewMs: () => number;
  readonly #sleepers = new Set<{ readonly until: number; readonly wake: () => void }>();

  /** @param skewMs by how much the wall clock is wrong */
  constructor(time: ModelTime, skewMs: () => number = () => 0) {
    this.#time = time;
    this.#skewMs = skewMs;
  }

  monotonic(): number {
    return this.#time.now;
  }

  now(): Date {
    return new Date(Date.UTC(2026, 0, 1) + this.#time.now + this.#skewMs());
  }

  async sleep(ms: number, cancel: AbortSignal): Promise<void> {
    if (ms <= shortMs || cancel.aborted) return;
    await new Promise<void>((resolve) => {
      const sleeper = { until: this.#time.now + ms, wake: resolve };
      this.#sleepers.add(sleeper);
      cancel.addEventListener('abort', () => this.#wake(sleeper), { once: true });
    });
  }

  /** Fires what is due. */
  fire(): void {
    for (const sleeper of this.#sleepers) if (sleeper.until <= this.#time.now) this.#wake(sleeper);
  }

  #wake(sleeper: { readonly until: number; readonly wake: () => void }): void {
    this.#sleepers.delete(sleeper);
    sleeper.wake();
  }
}
