import type { MergeContext, TripleOfNodes } from './context.ts';
import { adapt, type Layout, type Piece, pick } from './layout.ts';
import { mergeMembers, nestedKind } from './merge-members.ts';
import { parseText } from './parse.ts';
import { mergeEntry } from './merge-entry.ts';
import { assemble, type MergedEntry, mergeComments, newlineOf, tailOf } from './pieces.ts';
import type { LineEnding } from './source.ts';
import type { DocumentTree, Entry, TreeNode } from './tree.ts';
import type { MergePath } from './types.ts';
import { badResolution } from './context.ts';

export interface DocumentTriple {
  readonly base: DocumentTree | undefined;
  readonly current: DocumentTree;
  readonly incoming: DocumentTree;
}

export interface MergedDocument {
  readonly text: string;
  readonly value: number;
  readonly path: MergePath;
  readonly members?: readonly MergedEntry[] | undefined;
  /** What stands around the members of a mapping in block style, and where they come from. */
  readonly frame?: {
    readonly indent: number;
    readonly prefix: string;
    readonly rest: string;
    readonly roots: readonly (TreeNode | undefined)[];
  };
}

/** Merges one document of the three texts. */
export function mergeDocument(triple: DocumentTriple, path: MergePath, context: MergeContext): MergedDocument {
  const nodes = { base: triple.base?.root, current: triple.current.root, incoming: triple.incoming.root };
  const target = { indent: rootIndent(nodes), lineEnding: pickLineEnding(triple) };
  const { base, current, incoming } = nodes;
  const kind = nestedKind(nodes, context);
  if (kind !== undefined && current.style === 'flow' && incoming.style === 'flow' && !context.resolves(path)) {
    return mergeFlowRoots(triple, path, target, context);
  }
  if (kind === undefined || current.style !== 'block' || incoming.style !== 'block' || context.resolves(path)) {
    return mergeWhole(triple, path, target, context);
  }
  const sides = { base: base?.style === 'block' && base.kind === kind ? base : undefined, current, incoming };
  const members = mergeMembers(sides, path, target, context);
  if ('why' in members) return mergeWhole(triple, path, target, context, members.why);
  const prefix = mergeComments(prefixOf(triple.base), prefixOf(triple.current), prefixOf(triple.incoming), target);
  const suffix = mergeComments(suffixOf(triple.base), suffixOf(triple.current), suffixOf(triple.incoming), target);
  const tail = members.tail ?? mergeComments(tailOf(sides.base), tailOf(current), tailOf(incoming), target);
  const newline = newlineOf(target);
  const text =
    members.entries.length === 0
      ? `${kind === 'map' ? '{}' : '[]'}${newline}${tail}`
      : assemble(members.entries, tail, { kind, target, compact: false, before: prefix });
  const gap = suffix !== '' && text !== '' && !text.endsWith('\n') ? newline : '';
  const document = { text: prefix + text + gap + suffix, value: members.value, path, members: members.entries };
  if (kind === 'seq') return document;
  const roots = [base, current, incoming];
  return { ...document, frame: { indent: target.indent, prefix, rest: tail + gap + suffix, roots } };
}

/** Documents that are one collection in flow style, such as JSON. */
function mergeFlowRoots(
  triple: DocumentTriple,
  path: MergePath,
  target: Layout,
  context: MergeContext,
): MergedDocument {
  const roots = {
    base: triple.base === undefined ? undefined : asEntry(triple.base),
    current: asEntry(triple.current),
    incoming: asEntry(triple.incoming),
  };
  const merged = mergeEntry(roots, path, target, context);
  if (merged === undefined) return mergeWhole(triple, path, target, context);
  const prefix = mergeComments(prefixOf(triple.base), prefixOf(triple.current), prefixOf(triple.incoming), target);
  const suffix = mergeComments(suffixOf(triple.base), suffixOf(triple.current), suffixOf(triple.incoming), target);
  return { text: prefix + merged.main + suffix, value: merged.value, path, members: merged.members };
}

function asEntry(tree: DocumentTree): Entry {
  const { source, root, prefixEnd, rootEnd } = tree;
  const place = { from: prefixEnd, lineStart: prefixEnd, head: prefixEnd, separatorEnd: prefixEnd, to: rootEnd };
  return { source, member: 'item', key: '', keyNode: null, indent: 0, ...place, node: root };
}

/** The document is one unit: it comes whole from one side. */
function mergeWhole(
  triple: DocumentTriple,
  path: MergePath,
  target: Layout,
  context: MergeContext,
  why = 'The site and the release changed it differently.',
): MergedDocument {
  const nodes = { base: triple.base?.root, current: triple.current.root, incoming: triple.incoming.root };
  const { values } = context;
  const base = nodes.base === undefined ? undefined : values.of(nodes.base);
  const current = values.of(nodes.current);
  const incoming = values.of(nodes.incoming);
  if (base === current && current === incoming) {
    const text = mergeComments(wholeOf(triple.base), wholeOf(triple.current), wholeOf(triple.incoming), target);
    return { text, value: current, path };
  }
  const decide = () => {
    if (base === current) {
      const reason = 'The release changed the document and the site had left it as it was.';
      return context.decide('taken-incoming', path, nodes, reason, 'incoming');
    }
    if (base === incoming) {
      const reason = 'The site changed the document and the release left it as it was.';
      return context.decide('kept-custom', path, nodes, reason, 'current');
    }
    if (current === incoming) {
      return context.decide('same-change', path, nodes, 'The site and the release both changed it alike.', 'current');
    }
    return context.decide('conflict', path, nodes, why, 'current');
  };
  const choice = decide();
  if (choice.take === 'value') {
    const tree = parseText(choice.text, `the value for ${choice.place}`);
    const root = tree.documents[0]?.root;
    if (root === undefined || tree.documents.length > 1) throw badResolution(choice.place, 'it is not one document');
    values.learn(tree);
    return { text: choice.text.endsWith('\n') ? choice.text : `${choice.text}\n`, value: values.of(root), path };
  }
  const chosen = triple[choice.take] ?? triple.current;
  return { text: adapt(pieceOf(chosen, chosen.start, chosen.end), target), value: values.of(chosen.root), path };
}

function rootIndent(nodes: TripleOfNodes): number {
  const indentOf = (node: TreeNode | undefined): number | undefined =>
    node?.style === 'block' ? node.entryIndent : undefined;
  const { base, current, incoming } = nodes;
  const same = (a: number | undefined, b: number | undefined): boolean => a === b;
  const current0 = indentOf(current);
  return pick(indentOf(base), current0, indentOf(incoming), same, () => current0) ?? 0;
}

function pickLineEnding({ base, current, incoming }: DocumentTriple): LineEnding {
  const ofCurrent = current.source.lineEnding;
  if (base === undefined) return ofCurrent;
  const same = (a: LineEnding, b: LineEnding): boolean => a === b;
  return pick(base.source.lineEnding, ofCurrent, incoming.source.lineEnding, same, () => ofCurrent);
}

function pieceOf(tree: DocumentTree, start: number, end: number): Piece {
  const indent = tree.root.style === 'block' ? tree.root.entryIndent : 0;
  const layout = { indent, lineEnding: tree.source.lineEnding };
  return { text: tree.source.text.slice(start, end), layout, mid: false };
}

function prefixOf(tree: DocumentTree | undefined): Piece | undefined {
  if (tree === undefined) return undefined;
  return pieceOf(tree, tree.start, tree.prefixEnd);
}

function suffixOf(tree: DocumentTree | undefined): Piece | undefined {
  if (tree === undefined) return undefined;
  return pieceOf(tree, tree.rootEnd, tree.end);
}

function wholeOf(tree: DocumentTree | undefined): Piece | undefined {
  if (tree === undefined) return undefined;
  return pieceOf(tree, tree.start, tree.end);
}
