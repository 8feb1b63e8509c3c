import { augmented, follow, slotsTurned, weave } from './item-order.ts';
import { orderKeys, rearranged } from './order.ts';
import { type Replacement, replacements } from './replacements.ts';

/** The identities of the items of three lists; none stands twice in one list. */
export interface IdentityLists {
  readonly base: readonly string[];
  readonly current: readonly string[];
  readonly incoming: readonly string[];
}

/** One place of a merged list, as identities in the three lists; `unit` where two different items replace one of base. */
export interface IdentifiedSlot {
  readonly base?: string | undefined;
  readonly current?: string | undefined;
  readonly incoming?: string | undefined;
  readonly unit: boolean;
}

/**
 * Lines up three lists whose items have an identity. An item that both sides replaced by items of their own is one place
 * with two replacements; all others are told apart by identity alone. What stands in the place of an item keeps that
 * place, so neither side's order of its own items is turned round.
 *
 * @returns undefined when the order would be a guess
 */
export function planByIdentity(lists: IdentityLists): readonly IdentifiedSlot[] | undefined {
  const { base, current, incoming } = lists;
  const pairs = bothReplaced(lists);
  const order = pairs === undefined ? undefined : orderOf(lists);
  if (pairs === undefined || order === undefined) return undefined;
  const known = [base, current, incoming].map((list) => new Set(list));
  const paired = new Set([...pairs.values()].flatMap((pair) => [pair.current, pair.incoming]));
  const slots: IdentifiedSlot[] = [];
  for (const key of order) {
    // The order also holds the marks that kept places in it.
    if (paired.has(key) || known.every((list) => !list.has(key))) continue;
    const pair = pairs.get(key);
    if (pair !== undefined) slots.push({ base: key, ...pair, unit: true });
    else {
      const [ofBase, ofCurrent, ofIncoming] = known.map((list) => (list.has(key) ? key : undefined));
      slots.push({ base: ofBase, current: ofCurrent, incoming: ofIncoming, unit: false });
    }
  }
  return slots;
}

interface Pair {
  readonly current: string;
  readonly incoming: string;
}

/** Items of base that both sides replaced differently, with the two replacements; undefined where they cannot be told one by one. */
function bothReplaced({ base, current, incoming }: IdentityLists): ReadonlyMap<string, Pair> | undefined {
  const bySite = replacements(base, current, new Set(incoming));
  const byRelease = replacements(base, incoming, new Set(current));
  const moved = rearranged(base, current) || rearranged(base, incoming);
  const pairs = new Map<string, Pair>();
  for (const [key, ofSite] of bySite) {
    const ofRelease = byRelease.get(key);
    if (ofRelease === undefined) continue;
    const pair = { current: oneForOne(ofSite), incoming: oneForOne(ofRelease) };
    if (moved || pair.current === undefined || pair.incoming === undefined) return undefined;
    pairs.set(key, { current: pair.current, incoming: pair.incoming });
  }
  return pairs;
}

function oneForOne({ put, shared, removed, offset }: Replacement): string | undefined {
  return shared === 0 && put.length === removed ? put[offset] : undefined;
}

function orderOf({ base, current, incoming }: IdentityLists): readonly string[] | undefined {
  const siteMoved = rearranged(base, current);
  const releaseMoved = rearranged(base, incoming);
  if (siteMoved && !releaseMoved) return follow(current, augmented(base, incoming), new Set(incoming), 'first');
  if (releaseMoved && !siteMoved) return follow(incoming, augmented(base, current), new Set(current), 'last');
  const woven = siteMoved ? undefined : weave(base, current, incoming);
  if (woven !== undefined) return woven;
  if (rearranged(current, incoming)) return undefined;
  const order = orderKeys(base, current, incoming);
  return !siteMoved && slotsTurned(order, base, current, incoming) ? undefined : order;
}
