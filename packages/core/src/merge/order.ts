/**
 * The order of a merged mapping: that of the side that rearranged its keys, else incoming's, with the other side's own
 * keys after the key they followed there. Keys that only base has keep their place too, so that decisions about them
 * come in document order.
 */
export function orderKeys(
  base: readonly string[],
  current: readonly string[],
  incoming: readonly string[],
): readonly string[] {
  const siteMoved = rearranged(base, current);
  const primary = siteMoved ? current : incoming;
  const order = new LinkedKeys(primary);
  order.insert(siteMoved ? incoming : current);
  order.insert(base);
  return order.keys();
}

/** Whether the keys that both have come in another order. */
export function rearranged(base: readonly string[], other: readonly string[]): boolean {
  const inOther = new Set(other);
  const inBase = new Set(base);
  const left = base.filter((key) => inOther.has(key));
  const right = other.filter((key) => inBase.has(key));
  return left.some((key, index) => key !== right[index]);
}

class LinkedKeys {
  readonly #next = new Map<string | null, string>();

  constructor(keys: readonly string[]) {
    let previous: string | null = null;
    for (const key of keys) {
      this.#next.set(previous, key);
      previous = key;
    }
    this.#members = new Set(keys);
  }

  readonly #members: Set<string>;

  /** Puts each missing key after the one before it, past keys that this sequence does not know. */
  insert(sequence: readonly string[]): void {
    const own = new Set(sequence);
    let previous: string | null = null;
    for (const key of sequence) {
      if (!this.#members.has(key)) {
        let at: string | null = previous;
        for (let next = this.#next.get(at); next !== undefined && !own.has(next); next = this.#next.get(at)) at = next;
        const after = this.#next.get(at);
        this.#next.set(at, key);
        if (after !== undefined) this.#next.set(key, after);
        this.#members.add(key);
      }
      previous = key;
    }
  }

  keys(): readonly string[] {
    const keys: string[] = [];
    for (let key = this.#next.get(null); key !== undefined; key = this.#next.get(key)) keys.push(key);
    return keys;
  }
}
