/** A mapping of values. */
export type ValuesTree = Readonly<Record<string, unknown>>;

/** Helm's own nesting is less; what is deeper is compared whole. */
const maxDepth = 200;

/** Whether a value is a mapping. */
export function isTree(value: unknown): value is ValuesTree {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * What a chart sees: its own values with those that are given laid over them, mapping by mapping; null takes a key away, and a key of null is as
 * none (Helm, `pkg/chart/common/util/coalesce.go`).
 */
export function laidOver(defaults: ValuesTree, given: ValuesTree, depth = 0): ValuesTree {
  const isDeep = depth >= maxDepth;
  const members = new Map<string, unknown>();
  for (const [key, value] of Object.entries(defaults)) {
    if (value !== null) members.set(key, isTree(value) && !isDeep ? laidOver(value, {}, depth + 1) : value);
  }
  for (const [key, value] of Object.entries(given)) {
    const below = members.get(key);
    if (value === null) members.delete(key);
    else if (isTree(value) && !isDeep) members.set(key, laidOver(isTree(below) ? below : {}, value, depth + 1));
    else members.set(key, value);
  }
  return Object.fromEntries(members);
}

/** Whether two values are the same. */
export function isSameValue(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (Array.isArray(a) && Array.isArray(b)) {
    return a.length === b.length && a.every((item, index) => isSameValue(item, b[index]));
  }
  if (!isTree(a) || !isTree(b)) return false;
  const keys = Object.keys(a);
  return (
    keys.length === Object.keys(b).length && keys.every((key) => Object.hasOwn(b, key) && isSameValue(a[key], b[key]))
  );
}

/** The places at which two mappings differ, as `controller.replicas`; never what stands there, which may be secret. */
export function differingPaths(a: ValuesTree, b: ValuesTree, limit = 10, place = ''): readonly string[] {
  const found: string[] = [];
  for (const key of new Set([...Object.keys(a), ...Object.keys(b)])) {
    if (found.length >= limit) break;
    const [before, after] = [own(a, key), own(b, key)];
    if (isSameValue(before, after)) continue;
    const at = place === '' ? key : `${place}.${key}`;
    const isDeep = at.length > 1000;
    if (isTree(before) && isTree(after) && !isDeep) {
      found.push(...differingPaths(before, after, limit - found.length, at));
    } else found.push(at);
  }
  return found;
}

export function own(tree: ValuesTree, key: string): unknown {
  return Object.hasOwn(tree, key) ? tree[key] : undefined;
}
