import { isIPv6 } from 'node:net';
import { SealiftError } from '@sealift/core/errors';

const allowedFailures = 5;
const firstWaitMs = 5000;
const longestWaitMs = 15 * 60_000;
const rememberedAddresses = 10_000;

interface Address {
  failures: number;
  inFlight: number;
  /** When the next attempt may be judged, and when its failures are forgotten, on the monotonic clock. */
  waitsUntil: number;
  forgottenAt: number;
  /** Those that want to be judged once one in flight was. */
  readonly queue: (() => void)[];
}

/**
 * Slows down the guessing of passwords, for each address, at every door that is given this one object. An attempt takes its place
 * before anything is compared, so that guesses sent at once are no more than guesses sent in turn. Five failures are free; after
 * each further one the address waits twice as long, up to a quarter of an hour. A login that is right ends that.
 *
 * Time is monotonic: a clock that is set back prolongs nothing.
 */
export class LoginAttempts {
  readonly #addresses = new Map<string, Address>();
  readonly #now: () => number;

  /** @param now milliseconds that only ever grow */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /**
   * Judges one login of an address. Right ones that are sent at once wait for each other and are all let in.
   *
   * @param compare judges it; what it throws counts as neither right nor wrong
   * @throws RATE_LIMITED while the address has to wait; nothing was compared then
   */
  async attempt<Result>(
    address: string,
    compare: () => Promise<Result>,
    isWrong: (result: Result) => boolean,
  ): Promise<Result> {
    const entry = this.#entryOf(keyOf(address));
    await this.#turn(entry);
    try {
      const result = await compare();
      this.#judged(entry, isWrong(result));
      return result;
    } finally {
      entry.inFlight -= 1;
      for (const next of entry.queue.splice(0)) next();
    }
  }

  /** Waits for a place among those that are judged at a time, and takes it. */
  async #turn(entry: Address): Promise<void> {
    for (;;) {
      const waitMs = entry.waitsUntil - this.#now();
      if (waitMs > 0) throw new SealiftError('RATE_LIMITED', { values: { seconds: Math.ceil(waitMs / 1000) } });
      if (entry.inFlight < Math.max(1, allowedFailures - entry.failures)) {
        // At once, not after the caller is called back: others ask meanwhile.
        entry.inFlight += 1;
        return;
      }
      await new Promise<void>((next) => entry.queue.push(next));
    }
  }

  #judged(entry: Address, wrong: boolean): void {
    const now = this.#now();
    entry.failures = wrong ? entry.failures + 1 : 0;
    entry.forgottenAt = now + longestWaitMs;
    if (entry.failures < allowedFailures) return;
    const waitMs = Math.min(longestWaitMs, firstWaitMs * 2 ** (entry.failures - allowedFailures));
    entry.waitsUntil = now + waitMs;
    entry.forgottenAt += waitMs;
  }

  #entryOf(key: string): Address {
    const now = this.#now();
    const found = this.#addresses.get(key);
    this.#addresses.delete(key);
    const isKept = found !== undefined && (found.inFlight > 0 || found.forgottenAt > now);
    const entry = isKept
      ? found
      : { failures: 0, inFlight: 0, waitsUntil: 0, forgottenAt: now + longestWaitMs, queue: [] };
    this.#makeRoom();
    // At the end: a map keeps the order in which keys came, and the longest unseen goes first.
    this.#addresses.set(key, entry);
    return entry;
  }

  #makeRoom(): void {
    for (const key of this.#addresses.keys()) {
      if (this.#addresses.size < rememberedAddresses) return;
      this.#addresses.delete(key);
    }
  }
}

/** One host usually has a whole /64 of IPv6 to itself (RFC 4291, section 2.5.4). */
function keyOf(address: string): string {
  if (!isIPv6(address) || address.includes('.')) return address;
  const [head = '', tail] = address.split('::');
  const groups = head === '' ? [] : head.split(':');
  if (tail !== undefined) {
    const rest = tail === '' ? [] : tail.split(':');
    groups.push(...Array.from({ length: Math.max(0, 8 - groups.length - rest.length) }, () => '0'), ...rest);
  }
  return groups
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(':');
}
