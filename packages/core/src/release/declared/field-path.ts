/** One step from a value to what is in it. */
export type PathStep =
  | { readonly kind: 'member'; readonly name: string }
  | { readonly kind: 'index'; readonly index: number }
  | { readonly kind: 'each' }
  | { readonly kind: 'where'; readonly path: readonly string[]; readonly equals: string };

/** As much of an object as is looked through. */
const mostValues = 10_000;
const mostSteps = 20;

const member = String.raw`\.([A-Za-z_$][\w$-]{0,252})`;
const quoted = String.raw`\['([^'\\\]]{1,317})'\]`;
const index = String.raw`\[(\d{1,6})\]`;
const each = String.raw`(\[\*\])`;
const where = String.raw`\[\?\(@((?:\.[A-Za-z_$][\w$-]{0,252}){1,5})\s{0,3}==\s{0,3}(?:"([^"\\]{0,300})"|'([^'\\]{0,300})')\)\]`;
const step = new RegExp(`${member}|${quoted}|${index}|${each}|${where}`, 'y');

/**
 * Takes a path to a field apart: the part of JSONPath (RFC 9535) that tells of objects of Kubernetes, without scripts. Members `.a`, `['a.b/c']`, items
 * `[0]`, `[*]`, and items that say something of themselves: `[?(@.type=="Ready")]`.
 *
 * @returns undefined where it is none
 */
export function parseFieldPath(text: string): readonly PathStep[] | undefined {
  const steps: PathStep[] = [];
  let at = text.startsWith('$') ? 1 : 0;
  while (at < text.length) {
    step.lastIndex = at;
    const found = step.exec(text);
    if (found === null || steps.length >= mostSteps) return undefined;
    at = step.lastIndex;
    const [, name, other, position, star, path, double, single] = found;
    const known = name ?? other;
    if (known !== undefined) steps.push({ kind: 'member', name: known });
    else if (position !== undefined) steps.push({ kind: 'index', index: Number(position) });
    else if (star !== undefined) steps.push({ kind: 'each' });
    else steps.push({ kind: 'where', path: (path ?? '').slice(1).split('.'), equals: double ?? single ?? '' });
  }
  return steps.length === 0 ? undefined : steps;
}

/**
 * A path as the names of the members that it goes through.
 *
 * @returns undefined where it goes through items too, or is no path
 */
export function membersOf(text: string): readonly string[] | undefined {
  const names = parseFieldPath(text)?.flatMap((one) => (one.kind === 'member' ? [one.name] : [undefined]));
  return names?.every((name) => name !== undefined) === true ? names : undefined;
}

/** All values that a path leads to; a member that is null is none. */
export function valuesAt(value: unknown, steps: readonly PathStep[]): readonly unknown[] {
  let found: readonly unknown[] = [value];
  for (const one of steps) {
    found = found.flatMap((each) => within(each, one)).slice(0, mostValues);
  }
  return found;
}

function within(value: unknown, one: PathStep): readonly unknown[] {
  switch (one.kind) {
    case 'member':
      return memberOf(value, one.name);
    case 'index':
      return Array.isArray(value) && one.index < value.length ? present(value[one.index]) : [];
    case 'each':
      return itemsOf(value);
    case 'where':
      return itemsOf(value).filter((item) => {
        const [read] = one.path.reduce<readonly unknown[]>(
          (at, name) => at.flatMap((each) => memberOf(each, name)),
          [item],
        );
        return isScalar(read) && String(read) === one.equals;
      });
  }
}

function memberOf(value: unknown, name: string): readonly unknown[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value) || !Object.hasOwn(value, name)) return [];
  return present((value as Readonly<Record<string, unknown>>)[name]);
}

function itemsOf(value: unknown): readonly unknown[] {
  const items: readonly unknown[] = Array.isArray(value)
    ? value
    : typeof value === 'object' && value !== null
      ? Object.values(value)
      : [];
  return items.slice(0, mostValues).flatMap(present);
}

function present(value: unknown): readonly unknown[] {
  return value === null || value === undefined ? [] : [value];
}

/** What can be compared with what a release says. */
export function isScalar(value: unknown): value is string | number | boolean {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
}
