import type { MergePath } from '../types.ts';

/*
 * An independent statement of what a merge must give: plain values, path by path, written without any of the merge's own
 * code. Lists that both sides changed are judged by what must and must not be in them.
 */

type Value = unknown;
const absent = Symbol('absent');

class BothLists {
  readonly base: readonly Value[];
  readonly current: readonly Value[];
  readonly incoming: readonly Value[];

  constructor(base: readonly Value[], current: readonly Value[], incoming: readonly Value[]) {
    this.base = base;
    this.current = current;
    this.incoming = incoming;
  }
}

export interface Expected {
  readonly value: Value;
  /** Paths of true conflicts outside lists that both changed, as JSON. */
  readonly conflicts: readonly string[];
  /** Paths of lists that both changed, as JSON. */
  readonly lists: readonly string[];
}

interface Notes {
  readonly conflicts: string[];
  readonly lists: string[];
}

export function expectMerge(base: Value, current: Value, incoming: Value): Expected {
  const notes: Notes = { conflicts: [], lists: [] };
  return { value: mergeValues(base, current, incoming, [], notes), ...notes };
}

/** What is wrong with a merge; empty when it is right. */
export function judge(expected: Expected, merged: Value, conflicts: readonly MergePath[]): readonly string[] {
  const complaints: string[] = [];
  const inList = (path: MergePath): boolean =>
    expected.lists.some((list) => JSON.stringify(path).startsWith(list.slice(0, -1)));
  const reported = new Set(conflicts.filter((path) => !inList(path)).map((path) => JSON.stringify(path)));
  for (const path of expected.conflicts) if (!reported.has(path)) complaints.push(`missed conflict ${path}`);
  for (const path of reported) if (!expected.conflicts.includes(path)) complaints.push(`false conflict ${path}`);
  const listConflicts = conflicts.filter(inList).map((path) => JSON.stringify(path));
  compare(expected.value, merged, [], { complaints, listConflicts });
  return complaints;
}

function mergeValues(base: Value, current: Value, incoming: Value, path: readonly string[], notes: Notes): Value {
  if (same(base, current)) return incoming;
  if (same(base, incoming)) return current;
  if (same(current, incoming)) return current;
  const nothing = base === absent || base === null || same(base, {}) || same(base, []);
  if (isMapping(current) && isMapping(incoming) && (nothing || isMapping(base))) {
    if (!nothing && isMapping(base) && emptiedAgainstAddition(base, current, incoming)) {
      notes.conflicts.push(JSON.stringify(path));
      return current;
    }
    return mergeMappings(isMapping(base) ? base : {}, current, incoming, path, notes);
  }
  if (Array.isArray(current) && Array.isArray(incoming) && (nothing || Array.isArray(base))) {
    notes.lists.push(JSON.stringify(path));
    return new BothLists(Array.isArray(base) ? base : [], current, incoming);
  }
  if (incoming === absent && lacksOnly(base, current)) return absent;
  if (current === absent && lacksOnly(base, incoming)) return absent;
  notes.conflicts.push(JSON.stringify(path));
  return current;
}

function mergeMappings(
  base: Mapping,
  current: Mapping,
  incoming: Mapping,
  path: readonly string[],
  notes: Notes,
): Mapping {
  const merged: Mapping = {};
  const of = (mapping: Mapping, key: string): Value => (Object.hasOwn(mapping, key) ? mapping[key] : absent);
  for (const key of new Set([...Object.keys(base), ...Object.keys(current), ...Object.keys(incoming)])) {
    const value = mergeValues(of(base, key), of(current, key), of(incoming, key), [...path, key], notes);
    if (value !== absent) merged[key] = value;
  }
  return merged;
}

/** One side left nothing in the mapping while the other put a new key into it. */
function emptiedAgainstAddition(base: Mapping, current: Mapping, incoming: Mapping): boolean {
  const adds = (side: Mapping): boolean => Object.keys(side).some((key) => !Object.hasOwn(base, key));
  return (same(current, {}) && adds(incoming)) || (same(incoming, {}) && adds(current));
}

type Mapping = Record<string, Value>;

function isMapping(value: Value): value is Mapping {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof BothLists);
}

function lacksOnly(earlier: Value, later: Value): boolean {
  if (same(earlier, later)) return true;
  if (!isMapping(earlier) || !isMapping(later)) return false;
  return Object.keys(later).every((key) => Object.hasOwn(earlier, key) && lacksOnly(earlier[key], later[key]));
}

interface Judgement {
  readonly complaints: string[];
  readonly listConflicts: readonly string[];
}

function compare(expected: Value, found: Value, path: readonly string[], judgement: Judgement): void {
  const at = JSON.stringify(path);
  if (expected instanceof BothLists) {
    if (!judgement.listConflicts.some((conflict) => conflict.startsWith(at.slice(0, -1)))) {
      judgeList(expected, Array.isArray(found) ? found : [], at, judgement.complaints);
    }
  } else if (isMapping(expected) && isMapping(found)) {
    for (const key of new Set([...Object.keys(expected), ...Object.keys(found)])) {
      const of = (mapping: Mapping): Value => (Object.hasOwn(mapping, key) ? mapping[key] : absent);
      compare(of(expected), of(found), [...path, key], judgement);
    }
  } else if (!same(expected, found)) {
    judgement.complaints.push(`wrong value at ${at}: expected ${show(expected)}, found ${show(found)}`);
  }
}

/** Without a conflict, what either side added is there, what either took away is not, and what both left is there. */
function judgeList(
  { base, current, incoming }: BothLists,
  found: readonly Value[],
  at: string,
  complaints: string[],
): void {
  const has = (list: readonly Value[], item: Value): boolean => list.some((other) => same(other, item));
  // Items that are mappings may themselves be merged, member by member: only scalars are judged.
  const scalars = [...base, ...current, ...incoming].filter((item) => !isMapping(item) && !Array.isArray(item));
  for (const item of scalars) {
    const wanted = has(base, item) ? has(current, item) && has(incoming, item) : true;
    if (has(found, item) !== wanted)
      complaints.push(`list ${at}: ${show(item)} should ${wanted ? '' : 'not '}be there`);
  }
}

function show(value: Value): string {
  return typeof value === 'symbol' ? 'nothing' : JSON.stringify(value).slice(0, 80);
}

/** Equality of plain values; the order of keys does not count. */
export function same(a: Value, b: Value): boolean {
  if (a === b) return true;
  if (Array.isArray(a) && Array.isArray(b)) {
    return a.length === b.length && a.every((item, index) => same(item, b[index]));
  }
  if (!isMapping(a) || !isMapping(b)) return Number.isNaN(a) && Number.isNaN(b);
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => Object.hasOwn(b, key) && same(a[key], b[key]));
}
