import type { MergeContext, Triple, TripleOfNodes } from './context.ts';
import { adapt, type Layout, pick } from './layout.ts';
import { mergeEntry } from './merge-entry.ts';
import type { PresentTriple } from './merge-leaf.ts';
import { orderKeys } from './order.ts';
import { assemble, type MergedEntry, mergeComments, newlineOf, piece, tailOf } from './pieces.ts';
import type { BlockNode, Entry, TreeNode } from './tree.ts';
import type { MergePath } from './types.ts';

/** The kind of collection that the sides are merged as, entry by entry; undefined when the value is one unit. */
export function nestedKind(nodes: TripleOfNodes, context: MergeContext): 'map' | undefined {
  const { base, current, incoming } = nodes;
  if (current?.kind !== 'map' || incoming?.kind !== 'map') return undefined;
  if (base === undefined || base.kind === 'map' || isNothing(base, context)) return 'map';
  return undefined;
}

/** Null, `{}` and `[]` hold nothing that a side could have changed: what both put there are additions. */
function isNothing(node: TreeNode, context: MergeContext): boolean {
  const { values } = context;
  const number = values.of(node);
  return number === values.scalar('null') || number === values.map([]) || number === values.list([]);
}

interface BlockTriple {
  readonly base: BlockNode | undefined;
  readonly current: BlockNode;
  readonly incoming: BlockNode;
}

/** Merges what follows a key whose values are collections. */
export function mergeNested(
  kind: 'map',
  triple: PresentTriple,
  path: MergePath,
  target: Layout,
  context: MergeContext,
): { readonly text: string; readonly value: number } | undefined {
  const current = blockOf(triple.current.node, kind);
  const incoming = blockOf(triple.incoming.node, kind);
  if (current === undefined || incoming === undefined) return undefined;
  const base = triple.base === undefined ? undefined : blockOf(triple.base.node, kind);
  const sides = { base, current, incoming };
  const donor = pickHeader(triple, sides);
  const header = adapt(piece(donor.entry, donor.entry.separatorEnd, donor.node.bodyStart), target);
  const inner = {
    indent: target.indent + donor.node.entryIndent - donor.node.indent,
    lineEnding: target.lineEnding,
  };
  const body = mergeBody(sides, path, inner, context);
  if (body.entries.length > 0) {
    return { text: header + assemble(body.entries, body.tail, inner, donor.node.compact, header), value: body.value };
  }
  const properties = /^(?:[ \t]+[&!][^\s]+)*/.exec(header)?.[0] ?? '';
  const after = header.slice(properties.length);
  const rest = after.includes('\n') ? after : newlineOf(target);
  return { text: `${properties} {}${rest}${body.tail}`, value: body.value };
}

function blockOf(node: TreeNode, kind: 'map'): BlockNode | undefined {
  return node.kind === kind ? node : undefined;
}

interface Header {
  readonly entry: Entry;
  readonly node: BlockNode;
}

/** Whose way of opening the collection is used: comment after the key, anchor, indentation of the entries. */
function pickHeader(triple: PresentTriple, sides: BlockTriple): Header {
  const current = { entry: triple.current, node: sides.current };
  const incoming = { entry: triple.incoming, node: sides.incoming };
  const base =
    triple.base === undefined || sides.base === undefined ? undefined : { entry: triple.base, node: sides.base };
  return pick<Header | undefined, Header>(base, current, incoming, sameHeader, () => current) ?? current;
}

function sameHeader(a: Header | undefined, b: Header | undefined): boolean {
  if (a === undefined || b === undefined) return a === b;
  if (a.node.entryIndent - a.node.indent !== b.node.entryIndent - b.node.indent) return false;
  return headerText(a) === headerText(b);
}

function headerText({ entry, node }: Header): string {
  return entry.source.text.slice(entry.separatorEnd, node.bodyStart).replaceAll('\r\n', '\n');
}

export interface MergedBody {
  readonly entries: readonly MergedEntry[];
  readonly tail: string;
  readonly value: number;
}

/** Merges the entries of three mappings and the comments after them. */
export function mergeBody(sides: BlockTriple, path: MergePath, target: Layout, context: MergeContext): MergedBody {
  const { base, current, incoming } = sides;
  const keys = orderKeys(keysOf(base), keysOf(current), keysOf(incoming));
  const entries: MergedEntry[] = [];
  const members: [string, number][] = [];
  for (const key of keys) {
    const triple: Triple = {
      base: base?.byKey.get(key),
      current: current.byKey.get(key),
      incoming: incoming.byKey.get(key),
    };
    const merged = mergeEntry(triple, [...path, key], target, context);
    if (merged === undefined) continue;
    entries.push(merged);
    members.push([key, merged.value]);
  }
  const tail = mergeComments(tailOf(base), tailOf(current), tailOf(incoming), target);
  return { entries, tail, value: context.values.map(members) };
}

function keysOf(node: BlockNode | undefined): readonly string[] {
  return node === undefined ? [] : node.entries.map((entry) => entry.key);
}
