/** Deeper than any schema of an object; a trie beyond it is cut off there. */
const maxDepth = 100;
const maxPaths = 20_000;

/**
 * The fields in a `fieldsV1` trie, written as the API server writes them in a conflict: `.spec.containers[name="web"].image`
 * (structured-merge-diff, `fieldpath`, "serialize" and "String").
 *
 * @returns of a trie of unknown form, what can be read of it
 */
export function fieldPaths(fieldsV1: unknown): ReadonlySet<string> {
  const paths = new Set<string>();
  const waiting = [{ node: fieldsV1, path: '', depth: 0 }];
  for (let next = waiting.pop(); next !== undefined && paths.size < maxPaths; next = waiting.pop()) {
    const { node, path, depth } = next;
    if (typeof node !== 'object' || node === null || depth > maxDepth) continue;
    const members = Object.entries(node);
    if (path !== '' && (members.length === 0 || Object.hasOwn(node, '.'))) paths.add(path);
    for (const [element, member] of members) {
      if (element === '.') continue;
      waiting.push({ node: member, path: `${path}${printed(element)}`, depth: depth + 1 });
    }
  }
  return paths;
}

/** One element of a path: `f:spec` is a field, `k:{…}` an item by its keys, `v:…` an item by its value, `i:0` by its index. */
function printed(element: string): string {
  const value = element.slice(2);
  switch (element.slice(0, 2)) {
    case 'f:':
      return `.${value}`;
    case 'k:':
      return `[${keysOf(value)}]`;
    case 'v:':
      return `[=${value}]`;
    default:
      return `[${value}]`;
  }
}

function keysOf(text: string): string {
  try {
    const keys: unknown = JSON.parse(text);
    if (typeof keys !== 'object' || keys === null) return text;
    return Object.entries(keys)
      .map(([key, value]) => `${key}=${JSON.stringify(value)}`)
      .join(',');
  } catch {
    return text;
  }
}
