const maxDepth = 100;

/** All fields of two `fieldsV1` tries (structured-merge-diff). */
export function fieldUnion(a: unknown, b: unknown, depth = 0): unknown {
  if (!isMapping(a) || !isMapping(b) || depth > maxDepth) return b ?? a;
  const names = new Set([...Object.keys(a), ...Object.keys(b)]);
  return Object.fromEntries(
    [...names].map((name) => [
      name,
      Object.hasOwn(a, name) && Object.hasOwn(b, name)
        ? fieldUnion(a[name], b[name], depth + 1)
        : Object.hasOwn(a, name)
          ? a[name]
          : b[name],
    ]),
  );
}

function isMapping(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
