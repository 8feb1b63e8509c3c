const smoothingMs = 10_000;
const firstMs = 3000;
const firstFraction = 0.01;
const longestSeconds = 99 * 3600;

/**
 * Estimates how long work still takes, from how far it was when. The speed is an exponential moving average over some ten seconds, so
 * that one slow or fast moment does not make the estimate jump; nothing is said before there is something to go by.
 */
export class RemainingTime {
  readonly #now: () => number;
  #startedAt: number | undefined;
  #lastAt = 0;
  #last = 0;
  /** In fractions a millisecond. */
  #speed: number | undefined;

  /** @param now in milliseconds; only differences count */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /**
   * Takes in how far the work is.
   *
   * @param fraction 0 to 1
   * @returns seconds still to go, never negative; undefined when that can't be said
   */
  update(fraction: number): number | undefined {
    const at = this.#now();
    if (this.#startedAt === undefined) {
      this.#startedAt = at;
      this.#lastAt = at;
      this.#last = fraction;
      return undefined;
    }
    const elapsedMs = at - this.#lastAt;
    // Shorter moments say more about buffers than about speed.
    if (elapsedMs >= 200) {
      const speed = Math.max(0, fraction - this.#last) / elapsedMs;
      const weight = this.#speed === undefined ? 1 : 1 - Math.exp(-elapsedMs / smoothingMs);
      this.#speed = (this.#speed ?? 0) + weight * (speed - (this.#speed ?? 0));
      this.#lastAt = at;
      this.#last = Math.max(this.#last, fraction);
    }
    if (at - this.#startedAt < firstMs || fraction < firstFraction) return undefined;
    if (this.#speed === undefined || this.#speed <= 0) return undefined;
    const seconds = Math.ceil(Math.max(0, 1 - fraction) / this.#speed / 1000);
    return seconds > longestSeconds ? undefined : seconds;
  }
}

/** Seconds as people read a clock: `0:07`, `12:30`, `3:05:00`. */
export function clock(seconds: number): string {
  const two = (value: number): string => String(value).padStart(2, '0');
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes}:${two(seconds % 60)}`;
  return `${Math.floor(minutes / 60)}:${two(minutes % 60)}:${two(seconds % 60)}`;
}
