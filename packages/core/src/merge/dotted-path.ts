import type { Entry, TextTree, TreeNode } from './tree.ts';

/**
 * Finds an entry by a dotted path as packs write them (`charts.app.image.tag`, `ports[0]` as `ports.0`). Keys may hold dots
 * themselves: at each mapping the longest key that fits is taken first.
 */
export function findDotted(tree: TextTree, path: string): Entry | undefined {
  const root = tree.documents[0]?.root;
  return root === undefined ? undefined : descend(root, path.replace(/\[(\d+)\]/g, '.$1').split('.'));
}

function descend(node: TreeNode, parts: readonly string[]): Entry | undefined {
  if (node.kind === 'leaf') return undefined;
  if (node.kind === 'seq') {
    const [index = '', ...rest] = parts;
    const entry = /^\d+$/.test(index) ? node.entries[Number(index)] : undefined;
    return entry === undefined || rest.length === 0 ? entry : descend(entry.node, rest);
  }
  for (let length = parts.length; length > 0; length -= 1) {
    const entry = node.byKey.get(parts.slice(0, length).join('.'));
    if (entry === undefined) continue;
    if (length === parts.length) return entry;
    const found = descend(entry.node, parts.slice(length));
    if (found !== undefined) return found;
  }
  return undefined;
}
