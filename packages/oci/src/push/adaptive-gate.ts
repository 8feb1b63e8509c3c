const firstLimit = 4;

/**
 * Lets a number of requests run at a time, and finds that number itself: one more after as many successes as run now, half
 * after a failure that passes (additive increase, multiplicative decrease). A fixed number would either leave a fast
 * registry idle or keep a struggling one from recovering.
 */
export class AdaptiveGate {
  readonly most: number;
  #limit: number;
  #running = 0;
  #successes = 0;
  readonly #waiting: (() => void)[] = [];

  /** @param most never more than these at a time */
  constructor(most: number) {
    this.most = Math.max(1, most);
    this.#limit = Math.min(firstLimit, this.most);
  }

  /** How many may run now. */
  get limit(): number {
    return this.#limit;
  }

  /** Waits for a turn, works, and lets the next one in. */
  async run<Result>(work: () => Promise<Result>): Promise<Result> {
    while (this.#running >= this.#limit) {
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
    this.#running += 1;
    try {
      const result = await work();
      this.#succeeded();
      return result;
    } finally {
      this.#running -= 1;
      this.#letIn();
    }
  }

  /** Halves the number: the registry is busy, or the line was cut. */
  slowDown(): void {
    this.#limit = Math.max(1, Math.floor(this.#limit / 2));
    this.#successes = 0;
  }

  #succeeded(): void {
    this.#successes += 1;
    if (this.#successes < this.#limit || this.#limit >= this.most) return;
    this.#limit += 1;
    this.#successes = 0;
    this.#letIn();
  }

  #letIn(): void {
    const free = this.#limit - this.#running;
    for (let turn = 0; turn < free; turn += 1) this.#waiting.shift()?.();
  }
}
