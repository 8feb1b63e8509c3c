import { parseText } from './parse.ts';

/** Whether a merged text is still what its sides are: JSON where all of them are, a YAML collection where all of them are. */
export function staysReadable(sides: readonly string[], merged: string): boolean {
  return brokenForm(sides, merged) === undefined;
}

/** What all sides are and the merged text is not. */
export function brokenForm(sides: readonly string[], merged: string): 'JSON' | 'YAML' | undefined {
  if (sides.every(isJson)) return isJson(merged) ? undefined : 'JSON';
  return sides.every(isYamlCollection) && !isYamlCollection(merged) ? 'YAML' : undefined;
}

function isJson(text: string): boolean {
  try {
    return typeof JSON.parse(text) === 'object';
  } catch {
    return false;
  }
}

function isYamlCollection(text: string): boolean {
  try {
    const root = parseText(text, 'the block scalar').documents[0]?.root;
    return root !== undefined && root.kind !== 'leaf';
  } catch {
    return false;
  }
}
