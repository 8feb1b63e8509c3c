import type { MergeContext } from './context.ts';
import type { MergedDocument } from './merge-document.ts';
import { parseText } from './parse.ts';
import type { MergedEntry } from './pieces.ts';
import type { TreeNode } from './tree.ts';
import type { MergePath } from './types.ts';

/**
 * Reads the merged text again: it must hold exactly the values that were decided.
 *
 * @returns the deepest path at which it does not; undefined when all is well
 */
export function verifyMerged(
  text: string,
  documents: readonly MergedDocument[],
  context: MergeContext,
): MergePath | undefined {
  const [only] = documents;
  if (documents.length === 1 && only !== undefined && standsAlone(text, only, context)) return verifyNew(only, context);
  return verifyWhole(text, documents, context);
}

function verifyWhole(text: string, documents: readonly MergedDocument[], context: MergeContext): MergePath | undefined {
  const tree = parseText(text, 'the merged text', 'allow');
  context.values.learn(tree);
  if (tree.documents.length !== Math.max(1, documents.length)) return [];
  for (const [index, expected] of documents.entries()) {
    const root = tree.documents[index]?.root;
    if (root === undefined) return expected.path;
    const path = differing(expected, root, context);
    if (path !== undefined) return path;
  }
  return undefined;
}

/**
 * Whether the top-level entries can be read one by one: a mapping at the margin, between whose entries stand only blank lines
 * and comments at the margin. A deeper comment, or a block scalar that keeps blank lines (`|+`), would make what
 * follows an entry part of its value.
 */
function standsAlone(text: string, document: MergedDocument, context: MergeContext): boolean {
  const { frame, members } = document;
  if (frame === undefined || members === undefined || members.length === 0 || frame.indent !== 0) return false;
  if (context.hasAliases || /[|>]\d?\+/.test(text)) return false;
  return [frame.prefix, frame.rest, ...members.map((member) => member.lead)].every((between) =>
    /^\uFEFF?(?:[ \t]*\r?\n|#[^\n]*\n)*(?:#[^\n]*)?$/.test(between),
  );
}

/** Reads only the top-level entries that no text has as they are. */
function verifyNew(document: MergedDocument, context: MergeContext): MergePath | undefined {
  const fresh = (document.members ?? []).filter((member) => !isCopied(member, document, context));
  if (fresh.length === 0) return undefined;
  const parts = fresh.map(({ lead, main }) => `${lead}${main}${main.endsWith('\n') ? '' : '\n'}`);
  const root = parseText(parts.join(''), 'the merged text').documents[0]?.root;
  if (root?.kind !== 'map' || root.entries.length !== fresh.length) return document.path;
  for (const [index, member] of fresh.entries()) {
    const entry = root.entries[index];
    const path = entry === undefined ? member.path : differing(member, entry.node, context);
    if (path !== undefined) return path;
  }
  return undefined;
}

function isCopied({ lead, main, value, path }: MergedEntry, document: MergedDocument, context: MergeContext): boolean {
  const key = path.at(-1);
  if (typeof key !== 'string') return false;
  return (document.frame?.roots ?? []).some((root) => {
    const entry = root?.kind === 'map' ? root.byKey.get(key) : undefined;
    if (entry === undefined || root?.style !== 'block' || entry.indent !== 0) return false;
    const { text } = entry.source;
    const sameText = text.slice(entry.head, entry.to) === main && text.slice(entry.from, entry.lineStart) === lead;
    return sameText && context.values.of(entry.node) === value;
  });
}

function differing(
  expected: Pick<MergedEntry, 'value' | 'path' | 'members'>,
  found: TreeNode,
  context: MergeContext,
): MergePath | undefined {
  if (context.values.of(found) === expected.value) return undefined;
  const { members } = expected;
  if (members !== undefined && found.kind !== 'leaf' && members.length === found.entries.length) {
    for (const [index, member] of members.entries()) {
      const entry = found.entries[index];
      const path = entry === undefined ? undefined : differing(member, entry.node, context);
      if (path !== undefined) return path;
    }
  }
  return expected.path;
}
