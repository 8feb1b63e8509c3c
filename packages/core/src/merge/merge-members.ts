import { isScalar } from 'yaml';
import type { MergeContext, Triple, TripleOfNodes } from './context.ts';
import type { Layout } from './layout.ts';
import { identify } from './list-identity.ts';
import { mergeEntry } from './merge-entry.ts';
import { orderKeys, rearranged } from './order.ts';
import { planByEquality, type Slot } from './plan-list.ts';
import type { Collection, Entry, TreeNode } from './tree.ts';
import type { MergePath, PathElement } from './types.ts';
import type { MergedEntry, MergedMembers } from './pieces.ts';

/** The kind of collection that the sides are merged as, member by member; undefined when the value is one unit. */
export function nestedKind(nodes: TripleOfNodes, context: MergeContext): 'map' | 'seq' | undefined {
  const { base, current, incoming } = nodes;
  const kind = current?.kind;
  if (kind === undefined || kind === 'leaf' || incoming?.kind !== kind) return undefined;
  return base === undefined || base.kind === kind || isNothing(base, context) ? kind : undefined;
}

/** Null, `{}` and `[]` hold nothing that a side could have changed: what both put there are additions. */
function isNothing(node: TreeNode, context: MergeContext): boolean {
  const { values } = context;
  const number = values.of(node);
  return number === values.scalar('null') || number === values.map([]) || number === values.list([]);
}

export interface Collections {
  readonly base: Collection | undefined;
  readonly current: Collection;
  readonly incoming: Collection;
}

interface Step {
  readonly triple: Triple;
  readonly element: PathElement;
  readonly unit: boolean;
}

/** Merges the members of three collections; undefined when two lists cannot be aligned without guessing. */
export function mergeMembers(
  sides: Collections,
  path: MergePath,
  target: Layout,
  context: MergeContext,
): MergedMembers | undefined {
  const mapping = sides.current.kind === 'map';
  const steps = mapping ? keySteps(sides) : itemSteps(sides, path, context);
  if (steps === undefined) return undefined;
  const entries: MergedEntry[] = [];
  const members: [string, number][] = [];
  for (const { triple, element, unit } of steps) {
    const merged = mergeEntry(triple, [...path, element], target, context, unit);
    if (merged === undefined) continue;
    entries.push(merged);
    const { keyNode } = triple.current ?? triple.incoming ?? triple.base ?? {};
    members.push([mapping && keyNode ? context.values.key(keyNode) : '', merged.value]);
  }
  const { values } = context;
  return { entries, value: mapping ? values.map(members) : values.list(members.map(([, number]) => number)) };
}

function keySteps({ base, current, incoming }: Collections): readonly Step[] {
  const keysOf = (node: Collection | undefined): readonly string[] => node?.entries.map((entry) => entry.key) ?? [];
  return orderKeys(keysOf(base), keysOf(current), keysOf(incoming)).map((key) => ({
    triple: { base: base?.byKey.get(key), current: current.byKey.get(key), incoming: incoming.byKey.get(key) },
    element: key,
    unit: false,
  }));
}

function itemSteps(sides: Collections, path: MergePath, context: MergeContext): readonly Step[] | undefined {
  const base = sides.base?.entries ?? [];
  const current = sides.current.entries;
  const incoming = sides.incoming.entries;
  const identified = identify([base, current, incoming], context.values, context.declaredKeys(path));
  if (identified !== undefined) return identitySteps(identified, sides, path, context);
  const numbers = (entries: readonly Entry[]): readonly number[] =>
    entries.map((entry) => context.values.of(entry.node));
  if (onlyReordered(numbers(base), numbers(current), numbers(incoming))) return undefined;
  const slots = planByEquality({ base: numbers(base), current: numbers(current), incoming: numbers(incoming) });
  return slots?.map((slot) => {
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
function onlyReordered(base: readonly number[], current: readonly number[], incoming: readonly number[]): boolean {
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
): readonly Step[] | undefined {
  const [base = [], current = [], incoming = []] = lists;
  const keys = lists.map((list) => list.map((item) => item.key));
  const [ofBase = [], ofCurrent = [], ofIncoming = []] = keys;
  const siteMoved = rearranged(ofBase, ofCurrent);
  const releaseMoved = rearranged(ofBase, ofIncoming);
  const differently = rearranged(ofCurrent, ofIncoming);
  if (siteMoved && releaseMoved && differently) return undefined;
  if (siteMoved || releaseMoved) {
    const nodes = { base: sides.base, current: sides.current, incoming: sides.incoming };
    if (!siteMoved)
      context.decide('taken-incoming', path, nodes, 'The release put the items in another order.', 'incoming');
    else if (!releaseMoved)
      context.decide('kept-custom', path, nodes, 'The site put the items in another order.', 'current');
    else
      context.decide(
        'same-change',
        path,
        nodes,
        'The site and the release both put the items in the same order.',
        'current',
      );
  }
  const byKey = [base, current, incoming].map((list) => new Map(list.map((item) => [item.key, item])));
  const elements = new Map([...base, ...current, ...incoming].map((item) => [item.key, item.element]));
  return orderKeys(ofBase, ofCurrent, ofIncoming).map((key) => ({
    triple: {
      base: byKey[0]?.get(key)?.entry,
      current: byKey[1]?.get(key)?.entry,
      incoming: byKey[2]?.get(key)?.entry,
    },
    element: elements.get(key) ?? {},
    unit: false,
  }));
}
