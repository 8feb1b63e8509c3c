import { nodesOf } from './context.ts';
import type { MergeContext } from './context.ts';
import { adapt, type Layout, pick } from './layout.ts';
import { composeFlow } from './compose-flow.ts';
import { restOfChoice } from './merge-leaf.ts';
import { mergeMembers, nestedKind } from './merge-members.ts';
import type { Collections, Refused } from './list-steps.ts';
import type { BlockNode, Collection, Entry, TreeNode } from './tree.ts';
import type { MergePath } from './types.ts';
import { type MergedEntry, type MergedMembers, assemble, mergeComments, newlineOf, piece, tailOf } from './pieces.ts';
import { readsAs } from './reads-as.ts';
import type { PresentTriple } from './triple.ts';

interface Nested {
  readonly text: string;
  readonly value: number;
  readonly members?: readonly MergedEntry[] | undefined;
}

const cannotWrite = 'Both changed it and write it in different styles that cannot be joined for certain.';

/** Merges what follows a key or dash when the values are collections; undefined when they are not. */
export function mergeNested(
  triple: PresentTriple,
  path: MergePath,
  target: Layout,
  context: MergeContext,
): Nested | Refused | undefined {
  const nodes = nodesOf(triple);
  const kind = nestedKind(nodes, context);
  if (kind === undefined) return undefined;
  const current = collection(triple.current.node, kind);
  const incoming = collection(triple.incoming.node, kind);
  if (current === undefined || incoming === undefined) return undefined;
  const base = triple.base === undefined ? undefined : collection(triple.base.node, kind);
  const sides = { base, current, incoming };
  if (current.style === 'block' && incoming.style === 'block' && base?.style !== 'flow') {
    return mergeBlocks(triple, { base, current, incoming }, path, target, context);
  }
  return mergeMixed(triple, sides, path, target, context);
}

function collection(node: TreeNode, kind: 'map' | 'seq'): Collection | undefined {
  return node.kind === kind ? node : undefined;
}

interface Header {
  readonly entry: Entry;
  readonly node: BlockNode;
}

interface Blocks extends Collections {
  readonly base: BlockNode | undefined;
  readonly current: BlockNode;
  readonly incoming: BlockNode;
}

function mergeBlocks(
  triple: PresentTriple,
  sides: Blocks,
  path: MergePath,
  target: Layout,
  context: MergeContext,
): Nested | Refused {
  const current = { entry: triple.current, node: sides.current };
  const incoming = { entry: triple.incoming, node: sides.incoming };
  const base =
    triple.base === undefined || sides.base === undefined ? undefined : { entry: triple.base, node: sides.base };
  const header = pick<Header | undefined, Header>(base, current, incoming, sameHeader, () => current) ?? current;
  const inner = innerLayout(header, target);
  const members = mergeMembers(sides, path, inner, context);
  if ('why' in members) return members;
  return { text: writeBlock(header, sides, members, target), value: members.value, members: members.entries };
}

function innerLayout({ node }: Header, target: Layout): Layout {
  return { indent: target.indent + node.entryIndent - node.indent, lineEnding: target.lineEnding };
}

/** The collection in block style, opened as the header opens it. */
function writeBlock(header: Header, sides: Collections, members: MergedMembers, target: Layout): string {
  const { entry, node } = header;
  const { kind, compact } = node;
  const inner = innerLayout(header, target);
  const opening = adapt(piece(entry, entry.separatorEnd, node.bodyStart), target);
  const tail = members.tail ?? mergeComments(tailOf(sides.base), tailOf(sides.current), tailOf(sides.incoming), inner);
  if (members.entries.length > 0) {
    const sidesInFlow = [sides.base, sides.current, sides.incoming].some((side) => side?.style === 'flow');
    const entries = sidesInFlow ? members.entries.map((member) => fromFlow(member, inner)) : members.entries;
    return opening + assemble(entries, tail, { kind, target: inner, compact, before: opening });
  }
  const properties = /^(?:[ \t]+[&!][^\s]+)*/.exec(opening)?.[0] ?? '';
  const after = opening.slice(properties.length);
  const rest = after.includes('\n') ? after : newlineOf(target);
  return `${properties} ${kind === 'map' ? '{}' : '[]'}${rest}${tail}`;
}

/** An entry that may come out of a collection in flow style, with its comments as they stand in block style. */
function fromFlow(member: MergedEntry, { indent }: Layout): MergedEntry {
  const main = member.note === undefined ? member.main : `${member.main.trimEnd()} ${member.note}`;
  return { ...member, main, lead: member.lead.replaceAll(/^[ \t]*(?=#)/gm, ' '.repeat(indent)) };
}

function sameHeader(a: Header | undefined, b: Header | undefined): boolean {
  if (a === undefined || b === undefined) return a === b;
  if (a.node.entryIndent - a.node.indent !== b.node.entryIndent - b.node.indent) return false;
  return headerText(a) === headerText(b);
}

function headerText({ entry, node }: Header): string {
  return entry.source.text.slice(entry.separatorEnd, node.bodyStart).replaceAll('\r\n', '\n');
}

/**
 * Collections of which at least one is in flow style. The members decide the value; where one side's text already has
 * that value it is used as it stands, else a new text is put together from the members' texts and read back.
 */
function mergeMixed(
  triple: PresentTriple,
  sides: Collections,
  path: MergePath,
  target: Layout,
  context: MergeContext,
): Nested | Refused | undefined {
  const { values } = context;
  const numbers = {
    base: triple.base === undefined ? undefined : values.of(triple.base.node),
    current: values.of(sides.current),
    incoming: values.of(sides.incoming),
  };
  if (numbers.base === numbers.current && numbers.current === numbers.incoming) return undefined;
  const mark = context.mark();
  const header = blockHeader(triple, sides);
  const inner = header === undefined ? target : innerLayout(header, target);
  const members = mergeMembers(sides, path, inner, context);
  if ('why' in members) return members;
  const preferred =
    numbers.base === numbers.current ? (['incoming', 'current'] as const) : (['current', 'incoming'] as const);
  for (const take of preferred) {
    if (numbers[take] !== members.value || context.writesOutWithin(path)) continue;
    const rest = restOfChoice({ take }, triple, target, context);
    if (rest !== undefined) return { ...rest, members: members.entries };
  }
  const written =
    header === undefined ? composeFlow(triple, members, target) : writeBlock(header, sides, members, target);
  if (written !== undefined && readsAs(written, triple.current.member, members.value, target, context)) {
    return { text: written, value: members.value, members: members.entries };
  }
  context.forgetSince(mark);
  return { why: cannotWrite };
}

function blockHeader(triple: PresentTriple, sides: Collections): Header | undefined {
  if (sides.current.style === 'block') return { entry: triple.current, node: sides.current };
  if (sides.incoming.style === 'block') return { entry: triple.incoming, node: sides.incoming };
  return undefined;
}
