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
