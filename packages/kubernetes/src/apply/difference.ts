import { maskData } from '@sealift/core/secret';
import type { KubeObject } from '../objects/object.ts';

/** A field that is not the same in two forms of an object; secrets in its values read `***`. */
export interface FieldDifference {
  /** `.spec.containers[name="web"].image` */
  readonly field: string;
  /** Undefined where the field is not there. */
  readonly live: unknown;
  readonly wanted: unknown;
}

/** Of the server's own bookkeeping; a difference there is none of the object. */
const bookkeeping: ReadonlySet<string> = new Set([
  'managedFields',
  'resourceVersion',
  'generation',
  'uid',
  'creationTimestamp',
]);
const maxDifferences = 500;
const maxDepth = 100;

interface Pair {
  readonly live: unknown;
  readonly wanted: unknown;
}

/**
 * The fields in which two forms of one object differ. Items of lists are compared by their `name` where all have one of their own, else by
 * their place; `status` is left out.
 *
 * @returns at most 500
 */
export function differences(live: KubeObject, wanted: KubeObject): readonly FieldDifference[] {
  const found: FieldDifference[] = [];
  const visit = (plain: Pair, shown: Pair, field: string, depth: number): void => {
    if (found.length >= maxDifferences || isSame(plain.live, plain.wanted)) return;
    const members = depth > maxDepth ? undefined : membersOf(plain);
    if (members === undefined) {
      found.push({ field, live: shown.live, wanted: shown.wanted });
      return;
    }
    for (const { element, ...at } of members) {
      visit(below(plain, at), below(shown, at), `${field}${element}`, depth + 1);
    }
  };
  const plain = { live: withoutBookkeeping(live), wanted: withoutBookkeeping(wanted) };
  visit(plain, { live: maskData(plain.live), wanted: maskData(plain.wanted) }, '', 0);
  return found;
}

function withoutBookkeeping(object: KubeObject): unknown {
  const metadata = Object.entries(object.metadata).filter(([field]) => !bookkeeping.has(field));
  const rest = Object.entries(object).filter(([field]) => field !== 'status');
  return { ...Object.fromEntries(rest), metadata: Object.fromEntries(metadata) };
}

/** The same member of both forms. */
function below(pair: Pair, at: Omit<Member, 'element'>): Pair {
  const { live, wanted } = at;
  return {
    live: live === undefined ? undefined : memberOf(pair.live, live),
    wanted: wanted === undefined ? undefined : memberOf(pair.wanted, wanted),
  };
}

interface Member {
  readonly element: string;
  readonly live: string | number | undefined;
  readonly wanted: string | number | undefined;
}

/** What two collections of one kind have in common or apart; undefined where they are to be shown whole. */
function membersOf({ live, wanted }: Pair): readonly Member[] | undefined {
  if (Array.isArray(live) && Array.isArray(wanted)) return itemsOf(live, wanted);
  if (!isMapping(live) || !isMapping(wanted)) return undefined;
  const keys = new Set([...Object.keys(live), ...Object.keys(wanted)]);
  return [...keys].map((key) => ({ element: `.${key}`, live: key, wanted: key }));
}

function itemsOf(live: readonly unknown[], wanted: readonly unknown[]): readonly Member[] | undefined {
  const [before, after] = [indexByName(live), indexByName(wanted)];
  if (before !== undefined && after !== undefined) {
    const names = new Set([...before.keys(), ...after.keys()]);
    return [...names].map((name) => ({
      element: `[name=${JSON.stringify(name)}]`,
      live: before.get(name),
      wanted: after.get(name),
    }));
  }
  if (live.length !== wanted.length) return undefined;
  return live.map((_, index) => ({ element: `[${index}]`, live: index, wanted: index }));
}

function indexByName(items: readonly unknown[]): ReadonlyMap<string, number> | undefined {
  const found = new Map<string, number>();
  for (const [index, item] of items.entries()) {
    const name = memberOf(item, 'name');
    if (typeof name !== 'string' || found.has(name)) return undefined;
    found.set(name, index);
  }
  return found;
}

function memberOf(value: unknown, key: string | number): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
  return (value as Readonly<Record<string | number, unknown>>)[key];
}

function isSame(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (Array.isArray(a) && Array.isArray(b)) {
    return a.length === b.length && a.every((item, index) => isSame(item, b[index]));
  }
  if (!isMapping(a) || !isMapping(b)) return false;
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => Object.hasOwn(b, key) && isSame(a[key], b[key]));
}

function isMapping(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
