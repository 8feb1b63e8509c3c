import { parseText } from './parse.ts';
import { Values } from './values.ts';

/**
 * Reads one YAML or JSON document as plain data, with the merge's bounds on length, nesting and aliases.
 *
 * @throws SealiftError MERGE_YAML_INVALID, MERGE_KEY_DUPLICATE, MERGE_TOO_DEEP, MERGE_ALIASES_EXPLODE, INPUT_TOO_LARGE
 */
export function readPlain(text: string, name: string): unknown {
  const tree = parseText(text, name);
  return new Values([tree]).plain(tree.documents[0]?.root.yaml ?? null);
}
