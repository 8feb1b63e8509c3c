import type { MergeContext, TripleOfNodes } from './context.ts';
import { adapt, type Layout, type Piece, pick } from './layout.ts';
import { mergeBody, nestedKind } from './merge-block.ts';
import { parseText } from './parse.ts';
import { assemble, mergeComments, newlineOf } from './pieces.ts';
import type { LineEnding } from './source.ts';
import type { DocumentTree, TreeNode } from './tree.ts';
import type { MergePath } from './types.ts';
import { badResolution } from './context.ts';

export interface DocumentTriple {
  readonly base: DocumentTree;
  readonly current: DocumentTree;
  readonly incoming: DocumentTree;
}

export interface MergedDocument {
  readonly text: string;
  readonly value: number;
}

/** Merges one document of the three texts. */
export function mergeDocument(triple: DocumentTriple, path: MergePath, context: MergeContext): MergedDocument {
  const nodes = { base: triple.base.root, current: triple.current.root, incoming: triple.incoming.root };
  const target = { indent: rootIndent(nodes), lineEnding: pickLineEnding(triple) };
  const { base, current, incoming } = nodes;
  if (nestedKind(nodes, context) === undefined || current.kind !== 'map' || incoming.kind !== 'map') {
    return mergeWhole(triple, path, target, context);
  }
  const sides = { base: base.kind === 'map' ? base : undefined, current, incoming };
  const prefix = mergeComments(prefixOf(triple.base), prefixOf(triple.current), prefixOf(triple.incoming), target);
  const suffix = mergeComments(suffixOf(triple.base), suffixOf(triple.current), suffixOf(triple.incoming), target);
  const body = mergeBody(sides, path, target, context);
  const newline = newlineOf(target);
  const text =
    body.entries.length === 0 ? `{}${newline}${body.tail}` : assemble(body.entries, body.tail, target, false, prefix);
  const gap = suffix !== '' && text !== '' && !text.endsWith('\n') ? newline : '';
  return { text: prefix + text + gap + suffix, value: body.value };
}

/** The document is one unit: it comes whole from one side. */
function mergeWhole(triple: DocumentTriple, path: MergePath, target: Layout, context: MergeContext): MergedDocument {
  const nodes = { base: triple.base.root, current: triple.current.root, incoming: triple.incoming.root };
  const { values } = context;
  const base = values.of(nodes.base);
  const current = values.of(nodes.current);
  const incoming = values.of(nodes.incoming);
  if (base === current && current === incoming) {
    const text = mergeComments(wholeOf(triple.base), wholeOf(triple.current), wholeOf(triple.incoming), target);
    return { text, value: current };
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
    return context.decide('conflict', path, nodes, 'The site and the release changed it differently.', 'current');
  };
  const choice = decide();
  if (choice.take === 'value') {
    const tree = parseText(choice.text, `the value for ${choice.place}`);
    const root = tree.documents[0]?.root;
    if (root === undefined || tree.documents.length > 1) throw badResolution(choice.place, 'it is not one document');
    values.learn(tree);
    return { text: choice.text.endsWith('\n') ? choice.text : `${choice.text}\n`, value: values.of(root) };
  }
  const chosen = triple[choice.take];
  return { text: adapt(wholeOf(chosen), target), value: values.of(chosen.root) };
}

function rootIndent(nodes: { readonly [Side in keyof TripleOfNodes]-?: TreeNode }): number {
  const indentOf = (node: TreeNode): number | undefined => (node.kind === 'leaf' ? undefined : node.entryIndent);
  const { base, current, incoming } = nodes;
  const same = (a: number | undefined, b: number | undefined): boolean => a === b;
  const current0 = indentOf(current);
  return pick(indentOf(base), current0, indentOf(incoming), same, () => current0) ?? 0;
}

function pickLineEnding(triple: DocumentTriple): LineEnding {
  const { base, current, incoming } = triple;
  const ending = (tree: DocumentTree): LineEnding => tree.source.lineEnding;
  return pick(
    ending(base),
    ending(current),
    ending(incoming),
    (a, b) => a === b,
    () => ending(current),
  );
}

function pieceOf(tree: DocumentTree, start: number, end: number): Piece {
  const indent = tree.root.kind === 'leaf' ? 0 : tree.root.entryIndent;
  const layout = { indent, lineEnding: tree.source.lineEnding };
  return { text: tree.source.text.slice(start, end), layout, mid: false };
}

function prefixOf(tree: DocumentTree): Piece {
  return pieceOf(tree, tree.start, tree.prefixEnd);
}

function suffixOf(tree: DocumentTree): Piece {
  return pieceOf(tree, tree.rootEnd, tree.end);
}

function wholeOf(tree: DocumentTree): Piece {
  return pieceOf(tree, tree.start, tree.end);
}
