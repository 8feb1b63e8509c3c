import type { MergeContext, Triple, TripleOfNodes } from './context.ts';
import { type Layout, pick } from './layout.ts';
import { mergeGaps } from './gap-comments.ts';
import { mergeEntry } from './merge-entry.ts';
import { orderKeys } from './order.ts';
import { type Collections, itemSteps, type Refused, type Step } from './list-steps.ts';
import type { Collection, TreeNode } from './tree.ts';
import type { MergePath } from './types.ts';
import type { MergedEntry, MergedMembers } from './pieces.ts';
import { mergeKey, type Values } from './values.ts';

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

/** Merges the members of three collections, or tells why they are one conflict. */
export function mergeMembers(
  sides: Collections,
  path: MergePath,
  target: Layout,
  context: MergeContext,
): MergedMembers | Refused {
  const mapping = sides.current.kind === 'map';
  const { values } = context;
  const mark = context.mark();
  const steps = mapping ? keySteps(sides) : itemSteps(sides, path, context);
  if ('why' in steps) return steps;
  const emptied = emptiedBy(sides);
  if (emptied !== undefined && steps.some(({ triple }) => triple.base === undefined)) {
    context.forgetSince(mark);
    return emptied;
  }
  const gaps = mapping ? mergeGaps(steps, sides, target) : { steps };
  const entries: MergedEntry[] = [];
  const members: [string, number][] = [];
  for (const { triple, element, unit } of gaps.steps) {
    const merged = mergeEntry(triple, [...path, element], target, context, unit);
    if (merged === undefined) continue;
    const note = noteOf(triple);
    entries.push(note === '' ? merged : { ...merged, note });
    const { keyNode = null } = triple.current ?? triple.incoming ?? triple.base ?? {};
    members.push([mapping ? values.key(keyNode) : '', merged.value]);
  }
  if (!mapping) return { entries, value: values.list(members.map(([, number]) => number)) };
  const value = values.map(members);
  const conflicts = context.decisions.slice(mark).some(({ kind }) => kind === 'conflict');
  if (sameMergeKey(sides, values) || !(conflicts || changesBehindMergeKey(sides, value, values)))
    return { entries, value, tail: gaps.tail };
  context.forgetSince(mark);
  return {
    why: 'A side takes over other keys by <<, and with the other side’s changes they would not be what either has.',
  };
}

/** Whether `<<` takes over the same in all of them: then each key is what it looks like. */
function sameMergeKey({ base, current, incoming }: Collections, values: Values): boolean {
  const behind = [base, current, incoming].flatMap((side) => {
    if (side === undefined) return [];
    const entry = side.byKey.get(mergeKey);
    return [entry === undefined ? undefined : values.of(entry.node)];
  });
  return behind.every((number) => number === behind[0]);
}

/**
 * Whether keys of the merged mapping, those behind `<<` among them, are not what the three-way rule makes of them: a key that the
 * site removed would come back where the release moved it behind `<<`.
 */
function changesBehindMergeKey({ base, current, incoming }: Collections, merged: number, values: Values): boolean {
  const [ofBase, ofCurrent, ofIncoming] = [base, current, incoming].map(
    (side) => new Map(side === undefined ? [] : values.membersOf(values.ofYaml(side.yaml))),
  );
  const found = new Map(values.membersOf(merged));
  const keys = new Set([ofBase, ofCurrent, ofIncoming].flatMap((members) => [...(members?.keys() ?? [])]));
  return [...keys].some((key) => {
    const [before, site, release] = [ofBase?.get(key), ofCurrent?.get(key), ofIncoming?.get(key)];
    if (before !== site && before !== release && site !== release) return false;
    return found.get(key) !== (before === site ? release : site);
  });
}

/** The comment behind an entry in flow style, by the rule for texts. */
function noteOf({ base, current, incoming }: Triple): string {
  if (current === undefined || incoming === undefined) return (current ?? incoming)?.note ?? '';
  const same = (a: string | undefined, b: string | undefined): boolean => a === b;
  return pick(base?.note, current.note, incoming.note, same, () => current.note) ?? '';
}

/** A side that took everything out meant *none*: what the other side adds is not silently put in. */
function emptiedBy({ base, current, incoming }: Collections): Refused | undefined {
  if (base === undefined || base.entries.length === 0) return undefined;
  if (current.entries.length === 0) return { why: 'The site emptied it and the release added to it.' };
  if (incoming.entries.length === 0) return { why: 'The release emptied it and the site added to it.' };
  return undefined;
}

function keySteps({ base, current, incoming }: Collections): readonly Step[] {
  const keysOf = (node: Collection | undefined): readonly string[] => node?.entries.map((entry) => entry.key) ?? [];
  return orderKeys(keysOf(base), keysOf(current), keysOf(incoming)).map((key) => ({
    triple: { base: base?.byKey.get(key), current: current.byKey.get(key), incoming: incoming.byKey.get(key) },
    element: key,
    unit: false,
  }));
}
