import type { MergeContext } from './context.ts';
import type { MergedDocument } from './merge-document.ts';
import { lostAnchors } from './lost-alias.ts';
import { parseText } from './parse.ts';
import { pathText } from './path-text.ts';
import type { MergedEntry } from './pieces.ts';
import type { TreeNode } from './tree.ts';
import type { MergePath } from './types.ts';

/** Where a merged text does not hold the values that were decided. */
export interface Unsound {
  /** The deepest paths with another value. */
  readonly paths: readonly MergePath[];
  /** Anchors that aliases in the text name and that it does not have. */
  readonly lostAnchors: readonly string[];
}

/** Reads the merged text again: it must hold exactly the values that were decided. */
export function verifyMerged(text: string, documents: readonly MergedDocument[], context: MergeContext): Unsound {
  const [only] = documents;
  if (documents.length === 1 && only !== undefined && standsAlone(text, only, context)) {
    return { paths: verifyNew(only, context), lostAnchors: [] };
  }
  const tree = parseText(text, 'the merged text', 'allow');
  context.values.learn(tree);
  if (tree.documents.length !== Math.max(1, documents.length)) return { paths: [[]], lostAnchors: [] };
  const paths = documents.flatMap((expected, index) => {
    const root = tree.documents[index]?.root;
    return root === undefined ? [expected.path] : differing(expected, root, context);
  });
  return { paths, lostAnchors: tree.documents.flatMap(({ root }) => lostAnchors(root, context)) };
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
function verifyNew(document: MergedDocument, context: MergeContext): readonly MergePath[] {
  const fresh = (document.members ?? []).filter((member) => !isCopied(member, document, context));
  if (fresh.length === 0) return [];
  const parts = fresh.map(({ lead, main }) => `${lead}${main}${main.endsWith('\n') ? '' : '\n'}`);
  const root = parseText(parts.join(''), 'the merged text').documents[0]?.root;
  if (root?.kind !== 'map' || root.entries.length !== fresh.length) return [document.path];
  return fresh.flatMap((member, index) => {
    const entry = root.entries[index];
    return entry === undefined ? [member.path] : differing(member, entry.node, context);
  });
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
): readonly MergePath[] {
  if (context.values.of(found) === expected.value) return [];
  const { members } = expected;
  if (members !== undefined && found.kind !== 'leaf' && members.length === found.entries.length) {
    const deeper = members.flatMap((member, index) => {
      const key = member.path.at(-1);
      const entry = typeof key === 'string' ? found.byKey.get(key) : found.entries[index];
      return entry === undefined ? [member.path] : differing(member, entry.node, context);
    });
    if (deeper.length > 0) return deeper;
  }
  return holdsGivenAlias(expected, context) ? [] : [expected.path];
}

/** What a given alias stands for is known only in the merged text, so there is no other value to compare it with. */
function holdsGivenAlias({ path, members }: Pick<MergedEntry, 'path' | 'members'>, context: MergeContext): boolean {
  if (context.aliasesGiven.size === 0) return false;
  return context.aliasesGiven.has(pathText(path)) || (members ?? []).some((member) => holdsGivenAlias(member, context));
}
