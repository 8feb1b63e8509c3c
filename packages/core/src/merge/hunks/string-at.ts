import { isScalar } from 'yaml';
import { parseText } from '../parse.ts';
import type { TreeNode } from '../tree.ts';

/**
 * Reads the string that stands in a part of a YAML text, without reading all of it.
 *
 * @param span where the value stands, as a decision's range says: offsets in UTF-16 code units
 * @returns undefined where it is no string, or cannot be read by itself
 */
export function stringAt(text: string, [start, end]: readonly [number, number]): string | undefined {
  const source = text.slice(start, end);
  // How far a block scalar is indented may be told by its key's place.
  const isBlock = /^(?:[&!]\S*\s+)*[|>]/.test(source);
  const from = isBlock ? text.lastIndexOf('\n', start - 1) + 1 : start;
  try {
    const documents = parseText(text.slice(from, end), 'the value').documents;
    const root = documents[0]?.root;
    const node = isBlock ? lastLeaf(root) : root;
    if (documents.length !== 1 || node?.kind !== 'leaf' || !isScalar(node.yaml)) return undefined;
    return typeof node.yaml.value === 'string' ? node.yaml.value : undefined;
  } catch {
    return undefined;
  }
}

function lastLeaf(node: TreeNode | undefined): TreeNode | undefined {
  return node === undefined || node.kind === 'leaf' ? node : lastLeaf(node.entries.at(-1)?.node);
}
