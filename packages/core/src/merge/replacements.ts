/** What one side put where it removed a run of base's items. */
export interface Replacement {
  readonly put: readonly string[];
  /** How many of them the other side has too. */
  readonly shared: number;
  /** How many items the run has that was removed. */
  readonly removed: number;
  /** The item's index in that run. */
  readonly offset: number;
}

/**
 * The items of base that a side replaced by items of its own: it removed them, and what it put in their gap is more than
 * what the other side has as well. A side that also moved items replaced those whose gap has a neighbour in common.
 */
export function replacements(
  base: readonly string[],
  side: readonly string[],
  other: ReadonlySet<string>,
): ReadonlyMap<string, Replacement> {
  const inBase = new Set(base);
  const after = new Map<string | undefined, readonly string[]>();
  const before = new Map<string | undefined, readonly string[]>();
  for (const run of runs(side, (key) => !inBase.has(key))) {
    after.set(run.previous, run.keys);
    before.set(run.next, run.keys);
  }
  const inSide = new Set(side);
  const found = new Map<string, Replacement>();
  for (const run of runs(base, (key) => !inSide.has(key))) {
    const put = after.get(run.previous) ?? before.get(run.next) ?? [];
    const shared = put.filter((key) => other.has(key)).length;
    const removed = run.keys.length;
    if (put.length === shared || shared >= removed) continue;
    for (const [offset, key] of run.keys.entries()) found.set(key, { put, shared, removed, offset });
  }
  return found;
}

interface KeyRun {
  readonly keys: readonly string[];
  readonly previous: string | undefined;
  readonly next: string | undefined;
}

/** The runs of neighbouring keys that belong, each with the keys around it. */
function runs(keys: readonly string[], belongs: (key: string) => boolean): readonly KeyRun[] {
  const found: KeyRun[] = [];
  let run: string[] = [];
  let previous: string | undefined;
  const close = (next: string | undefined): void => {
    if (run.length > 0) found.push({ keys: run, previous, next });
    run = [];
    previous = next;
  };
  for (const key of keys) {
    if (belongs(key)) run.push(key);
    else close(key);
  }
  close(undefined);
  return found;
}
