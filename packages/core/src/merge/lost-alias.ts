import { visit } from 'yaml';
import type { MergeContext } from './context.ts';
import type { TreeNode } from './tree.ts';

/** The names of a value's aliases whose anchor is not before them in the same text. */
export function lostAnchors({ yaml }: TreeNode, context: MergeContext): readonly string[] {
  if (yaml === null || !context.hasAliases) return [];
  const lost: string[] = [];
  visit(yaml, {
    Alias(_, alias) {
      if (context.values.targetOf(alias) === undefined) lost.push(alias.source);
    },
  });
  return lost;
}

export function holdsLostAlias(node: TreeNode, context: MergeContext): boolean {
  return lostAnchors(node, context).length > 0;
}
