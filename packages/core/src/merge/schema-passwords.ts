const maxDepth = 50;

/**
 * The dotted paths that a JSON Schema names as passwords, by `format: password` or `writeOnly`; items of a list read `*`. References
 * and conditions are not followed.
 */
export function jsonSchemaPasswords(schema: unknown): readonly string[] {
  const found: string[] = [];
  collect(schema, [], found);
  return found;
}

function collect(schema: unknown, path: readonly string[], found: string[]): void {
  if (path.length > maxDepth) return;
  if (path.length > 0 && (member(schema, 'format') === 'password' || member(schema, 'writeOnly') === true)) {
    found.push(path.join('.'));
    return;
  }
  const properties = member(schema, 'properties');
  if (typeof properties === 'object' && properties !== null) {
    for (const [key, below] of Object.entries(properties)) collect(below, [...path, key], found);
  }
  const items = member(schema, 'items');
  if (items !== undefined) collect(items, [...path, '*'], found);
}

function member(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, key)
    ? (value as Record<string, unknown>)[key]
    : undefined;
}
