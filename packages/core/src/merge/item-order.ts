import { rearranged } from './order.ts';

/*
 * The order of a merged list whose items have an identity. What a side put in place of an item of base stands where that
 * item stood, so the order of two sides is known even where each renamed another item.
 */

/** Stands after an item of base and what a side put in its place; no identity is written like it. */
function endOf(key: string): string {
  return `end of ${key}`;
}

interface Run {
  readonly from: number;
  readonly removed: number;
  readonly put: readonly string[];
}

/** What a side that kept base's order removed and put, gap by gap. */
function runsOf(base: readonly string[], side: readonly string[]): readonly Run[] {
  const inSide = new Set(side);
  const inBase = new Set(base);
  const runs: Run[] = [];
  let at = 0;
  let reached = 0;
  while (at < base.length || reached < side.length) {
    const from = at;
    while (at < base.length && !inSide.has(base[at] ?? '')) at += 1;
    const putFrom = reached;
    while (reached < side.length && !inBase.has(side[reached] ?? '')) reached += 1;
    const put = side.slice(putFrom, reached);
    if (at > from || put.length > 0) runs.push({ from, removed: at - from, put });
    at += 1;
    reached += 1;
  }
  return runs;
}

/** Where an item that both sides added stands to the item of base whose place it takes: after it, or freely around it. */
const sharedPlaces = ['in place', 'before', 'behind'] as const;
type SharedPlace = (typeof sharedPlaces)[number];

/**
 * All items of base in their order, each followed by what the side put in its place and by a mark, with the side's
 * additions between them. The side has base's order.
 */
export function augmented(
  base: readonly string[],
  side: readonly string[],
  shared: ReadonlySet<string> = new Set(),
  place: SharedPlace = 'in place',
): readonly string[] {
  const sequence: string[] = [];
  const isFree = (key: string): boolean => place !== 'in place' && shared.has(key);
  let at = 0;
  const upTo = (limit: number): void => {
    for (; at < limit; at += 1) sequence.push(base[at] ?? '', endOf(base[at] ?? ''));
  };
  for (const { from, removed, put } of runsOf(base, side)) {
    upTo(from);
    const each = removed === put.length;
    if (removed === 0) sequence.push(...put);
    for (let step = 0; step < removed; step += 1) {
      const key = base[from + step] ?? '';
      const here = each ? put.slice(step, step + 1) : step === 0 ? put : [];
      const first = here.findIndex((other) => !isFree(other));
      const free = place === 'before' ? (first === -1 ? here.length : first) : 0;
      const last = place === 'behind' ? here.findLastIndex((other) => !isFree(other)) + 1 : here.length;
      sequence.push(...here.slice(0, free), key, ...here.slice(free, last), endOf(key), ...here.slice(last));
    }
    at = from + removed;
  }
  upTo(base.length);
  return sequence;
}

/** The order of two sides that both kept base's, incoming's additions first; undefined when it would be a guess. */
export function weave(
  base: readonly string[],
  current: readonly string[],
  incoming: readonly string[],
): readonly string[] | undefined {
  const inBase = new Set(base);
  const inCurrent = new Set(current);
  const shared = new Set(incoming.filter((key) => inCurrent.has(key) && !inBase.has(key)));
  const places = shared.size === 0 ? sharedPlaces.slice(0, 1) : sharedPlaces;
  for (const ofIncoming of places) {
    for (const ofCurrent of places) {
      const woven = interleave(
        augmented(base, incoming, shared, ofIncoming),
        augmented(base, current, shared, ofCurrent),
      );
      if (woven !== undefined) return woven;
    }
  }
  return undefined;
}

/** Two sequences in one, the first's own keys before the second's; undefined when the order of what both have differs. */
function interleave(first: readonly string[], second: readonly string[]): readonly string[] | undefined {
  if (rearranged(first, second)) return undefined;
  const inFirst = new Set(first);
  const inSecond = new Set(second);
  const woven: string[] = [];
  let reached = 0;
  const takeOwn = (): void => {
    for (; reached < second.length && !inFirst.has(second[reached] ?? ''); reached += 1)
      woven.push(second[reached] ?? '');
  };
  for (const key of first) {
    if (inSecond.has(key)) {
      takeOwn();
      reached += 1;
    }
    woven.push(key);
  }
  takeOwn();
  return woven;
}

/**
 * The order of the side that moved items, with the other side's keys after the key they follow there, or later where
 * they would come before another of its own.
 *
 * @param own the other side's own list; the rest of `other` only keeps places
 * @param place of additions in one gap: before or after those of the side that moved items
 */
export function follow(
  primary: readonly string[],
  other: readonly string[],
  own: ReadonlySet<string>,
  place: 'first' | 'last',
): readonly string[] {
  const known = new Set(other);
  const index = new Map(primary.map((key, at) => [key, at]));
  const lastAddition = [...primary.keys(), primary.length].map((at) => at - 1);
  for (let at = primary.length - 1; at >= 0; at -= 1) {
    if (!known.has(primary[at] ?? '')) lastAddition[at] = lastAddition[at + 1] ?? at;
  }
  const behind = new Map<number, string[]>();
  let previous = -1;
  let latest = -1;
  for (const key of other) {
    const at = index.get(key);
    if (at !== undefined) {
      previous = at;
      continue;
    }
    const after = Math.max(previous, own.has(key) ? latest : -1);
    const target = place === 'last' ? (lastAddition[after + 1] ?? after) : after;
    if (own.has(key)) latest = target;
    const list = behind.get(target);
    if (list === undefined) behind.set(target, [key]);
    else list.push(key);
  }
  return [...(behind.get(-1) ?? []), ...primary.flatMap((key, at) => [key, ...(behind.get(at) ?? [])])];
}

/** Whether an item of one side that stands for a later item of base comes before one of the other side that stands for an earlier. */
export function slotsTurned(
  order: readonly string[],
  base: readonly string[],
  current: readonly string[],
  incoming: readonly string[],
): boolean {
  const sides = [slotsOf(base, current, incoming), slotsOf(base, incoming, current)];
  const latest = [-1, -1];
  for (const key of order) {
    for (const [side, slots] of sides.entries()) {
      const slot = slots.get(key);
      if (slot === undefined) continue;
      if ((latest[1 - side] ?? -1) > slot.last) return true;
      latest[side] = Math.max(latest[side] ?? -1, slot.first);
    }
  }
  return false;
}

/** Between which items of base each of the side's own items stands: even numbers are gaps, odd ones items. */
function slotsOf(
  base: readonly string[],
  side: readonly string[],
  other: readonly string[],
): ReadonlyMap<string, { readonly first: number; readonly last: number }> {
  const inOther = new Set(other);
  const slots = new Map<string, { readonly first: number; readonly last: number }>();
  for (const { from, removed, put } of runsOf(base, side)) {
    for (const [step, key] of put.entries()) {
      if (inOther.has(key)) continue;
      const item = 2 * (from + step) + 1;
      const each = removed === put.length;
      slots.set(key, each ? { first: item, last: item } : { first: 2 * from, last: 2 * (from + removed) });
    }
  }
  return slots;
}
