import { isIPv6 } from 'node:net';

const allowedFailures = 10;
const windowMs = 60_000;
const rememberedAddresses = 10_000;

/**
 * Counts logins that failed, for each address. Who fails too often waits until its window is over; then a password is not
 * even compared. Tokens handed out before go on being good meanwhile: they can't be guessed.
 */
export class FailedLogins {
  readonly #failures = new Map<string, { count: number; readonly endsAt: number }>();
  readonly #now: () => number;

  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  /** How many seconds an address has to wait, 0 when it need not. */
  waitSeconds(address: string): number {
    const found = this.#failures.get(keyOf(address));
    if (found === undefined || found.count < allowedFailures) return 0;
    return Math.max(0, Math.ceil((found.endsAt - this.#now()) / 1000));
  }

  /** Counts a failure. */
  add(address: string): void {
    const key = keyOf(address);
    const found = this.#failures.get(key);
    if (found !== undefined && found.endsAt > this.#now()) {
      found.count += 1;
      return;
    }
    this.#failures.delete(key);
    this.#makeRoom();
    this.#failures.set(key, { count: 1, endsAt: this.#now() + windowMs });
  }

  /** The oldest go first: a map keeps the order in which keys came. */
  #makeRoom(): void {
    for (const [key, { endsAt }] of this.#failures) {
      if (this.#failures.size < rememberedAddresses && endsAt > this.#now()) return;
      this.#failures.delete(key);
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
