import type { LeasePort } from '../ports/lease.ts';
import type { Clock } from './clock.ts';
import { RunStopped } from './run-stopped.ts';

/**
 * Holds the lease for one run and renews it. When it may have expired, by this process's own clock, `signal` ends
 * everything: a process that was suspended must not go on acting beside its successor.
 */
export class LeaseKeeper {
  readonly epoch: number;
  readonly #port: LeasePort;
  readonly #holder: string;
  readonly #ttlMs: number;
  readonly #clock: Clock;
  readonly #lost = new AbortController();
  readonly #released = new AbortController();
  #heldUntil: number;

  private constructor(port: LeasePort, holder: string, epoch: number, ttlMs: number, clock: Clock, since: number) {
    this.#port = port;
    this.#holder = holder;
    this.epoch = epoch;
    this.#ttlMs = ttlMs;
    this.#clock = clock;
    this.#heldUntil = since + this.#safeMs;
  }

  /** @returns null while another holder has it. */
  static async acquire(port: LeasePort, holder: string, ttlMs: number, clock: Clock): Promise<LeaseKeeper | null> {
    // Counted from before the call: the store starts its own count later, so ours ends first.
    const since = clock.monotonic();
    const lease = await port.acquire(holder, ttlMs);
    if (lease === null) return null;
    const keeper = new LeaseKeeper(port, holder, lease.epoch, ttlMs, clock, since);
    void keeper.#renew();
    void keeper.#watch();
    return keeper;
  }

  /** Aborted when the lease is, or may be, another's. */
  get signal(): AbortSignal {
    return this.#lost.signal;
  }

  /** @throws RunStopped */
  assertHeld(): void {
    if (this.#clock.monotonic() >= this.#heldUntil) this.#lose();
    if (this.#lost.signal.aborted) throw new RunStopped('lease-lost');
  }

  /** Gives the lease back, after the last act; the store ignores it when another has taken over. Failing is harmless, it expires. */
  async release(): Promise<void> {
    this.#released.abort();
    await this.#port.release(this.#holder, this.epoch).catch(() => undefined);
  }

  /** The clocks of two machines may run at slightly different rates. */
  get #safeMs(): number {
    return this.#ttlMs * 0.9;
  }

  async #renew(): Promise<void> {
    while (!this.#released.signal.aborted && !this.#lost.signal.aborted) {
      await this.#clock.sleep(this.#ttlMs / 3, this.#released.signal);
      if (this.#released.signal.aborted || this.#lost.signal.aborted) return;
      const since = this.#clock.monotonic();
      // A store that is away for a moment is asked again, until the lease may have expired.
      const renewed = await this.#port.renew(this.#holder, this.epoch, this.#ttlMs).catch(() => null);
      if (renewed === false) this.#lose();
      if (renewed === true) this.#heldUntil = since + this.#safeMs;
    }
  }

  async #watch(): Promise<void> {
    while (!this.#released.signal.aborted && !this.#lost.signal.aborted) {
      const left = this.#heldUntil - this.#clock.monotonic();
      if (left <= 0) this.#lose();
      else await this.#clock.sleep(left, this.#released.signal);
    }
  }

  #lose(): void {
    if (!this.#released.signal.aborted) this.#lost.abort(new RunStopped('lease-lost'));
  }
}
