import type { SourceText } from './source.ts';
import type { TextTree, TreeNode } from './tree.ts';
import type { MergePath } from './types.ts';

export interface Place {
  readonly source: SourceText;
  readonly offset: number;
}

/** The alias, in the first of the texts that has one at or under the path, else the first alias of all. */
export function aliasPlace(trees: readonly TextTree[], path: MergePath): Place | undefined {
  const within = trees.map((tree) => firstAlias(tree, nodeAt(tree, path)));
  return (
    within.find((place) => place !== undefined) ??
    trees.map((tree) => firstAlias(tree)).find((place) => place !== undefined)
  );
}

function firstAlias({ aliasTargets, source }: TextTree, within?: TreeNode | null): Place | undefined {
  if (within === null) return undefined;
  for (const alias of aliasTargets.keys()) {
    const offset = alias.range?.[0];
    if (offset === undefined) continue;
    if (within === undefined || (offset >= within.start && offset < within.end)) return { source, offset };
  }
  return undefined;
}

/** The deepest node on the way to the path that the text has; null where it has nothing of it. */
function nodeAt({ documents }: TextTree, path: MergePath): TreeNode | null {
  const [first, ...rest] = path;
  const several = documents.length > 1 && typeof first === 'number';
  let node = several ? documents[first]?.root : documents[0]?.root;
  if (node === undefined) return null;
  for (const element of several ? rest : path) {
    const next: TreeNode | undefined =
      node.kind === 'leaf'
        ? undefined
        : typeof element === 'string'
          ? node.byKey.get(element)?.node
          : typeof element === 'number'
            ? node.entries[element]?.node
            : undefined;
    if (next === undefined) break;
    node = next;
  }
  return node;
}
