import { isScalar } from 'yaml';
import type { MergeContext, Triple } from './context.ts';
import { identify } from './list-identity.ts';
import { rearranged } from './order.ts';
import { type IdentityLists, planByIdentity } from './plan-identified.ts';
import { editsTouch, type Lists, planByEquality, type Slot } from './plan-list.ts';
import type { Collection, Entry } from './tree.ts';
import type { MergePath, PathElement } from './types.ts';

export interface Collections {
  readonly base: Collection | undefined;
  readonly current: Collection;
  readonly incoming: Collection;
}

/** What the three collections have for one member; `unit` where it is not taken apart. */
export interface Step {
  readonly triple: Triple;
  readonly element: PathElement;
  readonly unit: boolean;
}

/** Why a collection that both changed is not taken apart. */
export interface Refused {
  readonly why: string;
}

const cannotAlign = 'Both changed the list, and it cannot be told for certain which items belong together.';
const sideBySide = 'The site and the release changed items that stand side by side.';

/** Which items of three lists belong together, or why that cannot be told. */
export function itemSteps(sides: Collections, path: MergePath, context: MergeContext): readonly Step[] | Refused {
  const base = sides.base?.entries ?? [];
  const current = sides.current.entries;
  const incoming = sides.incoming.entries;
  const identified = identify([base, current, incoming], context.values, context.declaredKeys(path));
  if (identified !== undefined) return identitySteps(identified, sides, path, context);
  const numbers = (entries: readonly Entry[]): readonly number[] =>
    entries.map((entry) => context.values.of(entry.node));
  const lists = { base: numbers(base), current: numbers(current), incoming: numbers(incoming) };
  const slots = onlyReordered(lists) ? undefined : planByEquality(lists);
  if (slots === undefined) return { why: cannotAlign };
  if (editsTouch(slots, lists)) return { why: sideBySide };
  return slots.map((slot) => {
    const triple = {
      base: at(base, slot.base),
      current: at(current, slot.current),
      incoming: at(incoming, slot.incoming),
    };
    return { triple, element: elementOf(slot, triple, context), unit: slot.unit };
  });
}

function at(entries: readonly Entry[], index: number | undefined): Entry | undefined {
  return index === undefined ? undefined : entries[index];
}

/** An item's index in base; an added item's value, else its index in the list that added it. */
function elementOf(slot: Slot, triple: Triple, context: MergeContext): PathElement {
  if (slot.base !== undefined) return slot.base;
  const added = triple.incoming ?? triple.current;
  const yaml = added?.node.yaml ?? null;
  if (isScalar(yaml)) return { value: context.values.plain(yaml) };
  return { added: slot.incoming ?? slot.current ?? 0, by: slot.incoming === undefined ? 'site' : 'release' };
}

/** One side put the items in another order and did nothing else, the other left them: the list is that side's, whole. */
function onlyReordered({ base, current, incoming }: Lists): boolean {
  const text = (numbers: readonly number[]): string => numbers.join(' ');
  const sorted = (numbers: readonly number[]): string => text([...numbers].sort((a, b) => a - b));
  const moved = (side: readonly number[]): boolean => text(side) !== text(base) && sorted(side) === sorted(base);
  return text(base) === text(incoming) ? moved(current) : text(base) === text(current) && moved(incoming);
}

function identitySteps(
  lists: NonNullable<ReturnType<typeof identify>>,
  sides: Collections,
  path: MergePath,
  context: MergeContext,
): readonly Step[] | Refused {
  const [base = [], current = [], incoming = []] = lists;
  const [ofBase = [], ofCurrent = [], ofIncoming = []] = lists.map((list) => list.map((item) => item.key));
  const slots = planByIdentity({ base: ofBase, current: ofCurrent, incoming: ofIncoming });
  if (slots === undefined) return { why: cannotAlign };
  decideOrder({ base: ofBase, current: ofCurrent, incoming: ofIncoming }, sides, path, context);
  const [inBase, inCurrent, inIncoming] = [base, current, incoming].map(
    (list) => new Map(list.map((item) => [item.key, item])),
  );
  return slots.map((slot) => {
    const items = {
      base: inBase?.get(slot.base ?? ''),
      current: inCurrent?.get(slot.current ?? ''),
      incoming: inIncoming?.get(slot.incoming ?? ''),
    };
    const triple = { base: items.base?.entry, current: items.current?.entry, incoming: items.incoming?.entry };
    const element = (items.base ?? items.current ?? items.incoming)?.element ?? {};
    return { triple, element, unit: slot.unit };
  });
}

/** Records that a side put the items in another order. */
function decideOrder(keys: IdentityLists, sides: Collections, path: MergePath, context: MergeContext): void {
  const siteMoved = rearranged(keys.base, keys.current);
  const releaseMoved = rearranged(keys.base, keys.incoming);
  const nodes = { base: sides.base, current: sides.current, incoming: sides.incoming };
  if (siteMoved && releaseMoved) {
    const reason = 'The site and the release both put the items in the same order.';
    context.decide('same-change', path, nodes, reason, 'current');
  } else if (siteMoved) {
    context.decide('kept-custom', path, nodes, 'The site put the items in another order.', 'current');
  } else if (releaseMoved) {
    context.decide('taken-incoming', path, nodes, 'The release put the items in another order.', 'incoming');
  }
}
