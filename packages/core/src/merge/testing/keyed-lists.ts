import type { MergePath } from '../types.ts';
import type { Random } from './random.ts';

/*
 * Lists whose items have a name, as three sides may have them, and an independent statement of what a merge must make of
 * them. It knows identities and orders only, and none of the merge's own code.
 */

export interface Item {
  readonly name: string;
  readonly value: number;
}
export type List = readonly Item[];

/** Writes a list as the text of a document with the key `l`. */
export function writeList(list: List): string {
  if (list.length === 0) return 'l: []\n';
  return `l:\n${list.map(({ name, value }) => `- name: ${name}\n  value: ${value}\n`).join('')}`;
}

/** A list of up to six items, named from a small set, so that edits meet. */
export function randomList(random: Random): List {
  const names = ['a', 'b', 'c', 'd', 'e', 'f'].slice(0, 1 + random.below(6));
  return names.map((name) => ({ name, value: 0 }));
}

/** A few edits such as people make: values, renames, additions, removals, and now and then another order. */
export function editList(list: List, random: Random, own: string): List {
  const items = [...list];
  for (let edits = random.below(4); edits > 0; edits -= 1) {
    const at = random.below(items.length + 1);
    const item = items[at];
    const fresh = random.below(5) === 0 ? 'shared' : `${own}${random.below(4)}`;
    const name = items.some((other) => other.name === fresh) ? undefined : fresh;
    const kind = random.below(9);
    if (kind < 2 && item !== undefined) items[at] = { ...item, value: 1 + random.below(3) };
    else if (kind < 4 && item !== undefined && name !== undefined) items[at] = { ...item, name };
    else if (kind < 6 && name !== undefined) items.splice(at, 0, { name, value: random.below(2) });
    else if (kind < 8 && item !== undefined) items.splice(at, 1);
    else if (item !== undefined) items.splice(random.below(items.length), 0, ...items.splice(at, 1));
  }
  return items;
}

/** What is wrong with a merge of three lists under the key `l`; empty when it is right. */
export function judgeKeyed(
  base: List,
  current: List,
  incoming: List,
  merged: List,
  conflicts: readonly MergePath[],
): readonly string[] {
  const sides = new Sides(base, current, incoming);
  const reported = conflicts.map((path) => JSON.stringify(path)).sort();
  const wanted = sides.conflicts();
  if (wanted.whole) {
    if (reported.join(' ') !== '["l"]' && !(wanted.pairs && reported.length > 0)) return ['missed: the list'];
    return [];
  }
  if (wanted.either && reported.join(' ') === '["l"]') return [];
  const complaints: string[] = [];
  for (const path of wanted.paths) if (!reported.includes(path)) complaints.push(`missed: ${path}`);
  for (const path of reported) if (!wanted.paths.includes(path)) complaints.push(`false: ${path}`);
  if (complaints.length > 0) return complaints;
  const expected = sides.items();
  for (const item of expected) {
    if (!merged.some((other) => other.name === item.name && other.value === item.value))
      complaints.push(`wrong: ${item.name}: ${item.value} should be there`);
  }
  for (const { name } of merged) {
    if (!expected.some((item) => item.name === name)) complaints.push(`wrong: ${name} should not be there`);
  }
  return [...complaints, ...sides.orderFaults(merged.map(({ name }) => name))];
}

const namesOf = (list: List): readonly string[] => list.map(({ name }) => name);

function inOrder(one: readonly string[], other: readonly string[]): boolean {
  const common = one.filter((name) => other.includes(name));
  return common.every((name, at) => at === 0 || other.indexOf(common[at - 1] ?? '') < other.indexOf(name));
}

interface Wanted {
  /** The list, or an item that both sides replaced, is the conflict. */
  readonly whole: boolean;
  readonly pairs: boolean;
  /** A conflict at the list is right as well. */
  readonly either: boolean;
  readonly paths: readonly string[];
}

class Sides {
  readonly base: List;
  readonly current: List;
  readonly incoming: List;

  constructor(base: List, current: List, incoming: List) {
    this.base = base;
    this.current = current;
    this.incoming = incoming;
  }

  #moved(side: List): boolean {
    return !inOrder(namesOf(this.base), namesOf(side));
  }

  /** What the side put between the neighbours that it kept of an item of base that it removed. */
  #putFor(name: string, side: List): { readonly put: readonly string[]; readonly gone: readonly string[] } {
    const before = namesOf(this.base);
    const now = namesOf(side);
    const at = before.indexOf(name);
    const left = before.slice(0, at).findLast((other) => now.includes(other));
    const right = before.slice(at).find((other) => now.includes(other));
    const between = (names: readonly string[]): readonly string[] =>
      names.slice(
        left === undefined ? 0 : names.indexOf(left) + 1,
        right === undefined ? names.length : names.indexOf(right),
      );
    return { put: between(now).filter((other) => !before.includes(other)), gone: between(before) };
  }

  #replacedByBoth(): readonly string[] {
    const now = [namesOf(this.current), namesOf(this.incoming)] as const;
    return namesOf(this.base).filter((name) => {
      if (now.some((names) => names.includes(name))) return false;
      return [this.current, this.incoming].every((side, index) => {
        const { put, gone } = this.#putFor(name, side);
        const shared = put.filter((other) => now[1 - index]?.includes(other) === true).length;
        return put.length > shared && shared < gone.length;
      });
    });
  }

  /** The conflicts there must be; `whole` when the list is one. */
  conflicts(): Wanted {
    const { base, current, incoming } = this;
    const moved = [this.#moved(current), this.#moved(incoming)];
    const crossed = !inOrder(namesOf(current), namesOf(incoming));
    const both = this.#replacedByBoth();
    if (moved[0] === moved[1] && crossed) return { whole: true, pairs: false, either: false, paths: [] };
    const emptied = base.length > 0 && (current.length === 0 || incoming.length === 0);
    const adds = [...current, ...incoming].some(({ name }) => !namesOf(base).includes(name));
    if (emptied && adds) return { whole: true, pairs: false, either: false, paths: [] };
    const unclear = moved.includes(true) && this.#bothRemovedAndAdded();
    const guess = unclear || this.#sharedInTwoPlaces();
    if (both.length > 0 && !unclear) return { whole: true, pairs: true, either: false, paths: [] };
    const paths: string[] = [];
    for (const name of new Set([base, current, incoming].flatMap(namesOf))) {
      const [b, c, i] = [base, current, incoming].map((list) => list.find((item) => item.name === name)?.value);
      if (c === i || b === c || b === i) continue;
      paths.push(JSON.stringify(['l', { name }, ...(c === undefined || i === undefined ? [] : ['value'])]));
    }
    return { whole: false, pairs: false, either: guess, paths };
  }

  /** Which of them stands for the removed item can only be guessed once a side has moved items, so both answers are right. */
  #bothRemovedAndAdded(): boolean {
    const known = namesOf(this.base);
    const now = [namesOf(this.current), namesOf(this.incoming)];
    return known.some((name) =>
      now.every((names) => !names.includes(name) && names.some((other) => !known.includes(other))),
    );
  }

  /** Both put one item in, each beside others of its own and in place of other items: the order may be a guess. */
  #sharedInTwoPlaces(): boolean {
    const known = namesOf(this.base);
    const added = [this.current, this.incoming].map((side) => namesOf(side).filter((name) => !known.includes(name)));
    const [ofSite = [], ofRelease = []] = added;
    const shared = ofSite.filter((name) => ofRelease.includes(name)).length;
    const removes = [this.current, this.incoming].some((side) => known.some((name) => !namesOf(side).includes(name)));
    return removes && shared > 0 && ofSite.length > shared && ofRelease.length > shared;
  }

  items(): List {
    const { base, current, incoming } = this;
    const found: Item[] = [];
    for (const name of new Set([base, current, incoming].flatMap(namesOf))) {
      const [b, c, i] = [base, current, incoming].map((list) => list.find((item) => item.name === name)?.value);
      const value = b === c ? i : c;
      if (value !== undefined) found.push({ name, value });
    }
    return found;
  }

  orderFaults(merged: readonly string[]): readonly string[] {
    const faults: string[] = [];
    const own = (side: List): readonly string[] => namesOf(side).filter((name) => !namesOf(this.base).includes(name));
    const moved = [this.#moved(this.current), this.#moved(this.incoming)];
    for (const [index, side] of [this.current, this.incoming].entries()) {
      const free = moved[index] === false && moved[1 - index] === true;
      const kept = free
        ? own(side).filter((name) => !own(index === 0 ? this.incoming : this.current).includes(name))
        : namesOf(side);
      if (!inOrder(kept, merged)) faults.push(`wrong: the order of ${kept.join(' ')} in ${merged.join(' ')}`);
    }
    if (moved.includes(true)) return faults;
    const places = [this.#places(this.current), this.#places(this.incoming)];
    for (const [left, from] of places[0] ?? []) {
      for (const [right, to] of places[1] ?? []) {
        const [at, other] = [merged.indexOf(left), merged.indexOf(right)];
        if (at === -1 || other === -1 || from === to || places[1]?.has(left) === true || places[0]?.has(right) === true)
          continue;
        if (at < other !== from < to) faults.push(`wrong: ${left} and ${right} turned round in ${merged.join(' ')}`);
      }
    }
    return faults;
  }

  /** For each item of base and each that stands for one, which it is. */
  #places(side: List): ReadonlyMap<string, number> {
    const base = namesOf(this.base);
    const places = new Map<string, number>();
    for (const [index, name] of base.entries()) {
      if (namesOf(side).includes(name)) {
        places.set(name, index);
        continue;
      }
      const { put, gone } = this.#putFor(name, side);
      const standsFor = put[gone.indexOf(name)];
      if (put.length === gone.length && standsFor !== undefined) places.set(standsFor, index);
    }
    return places;
  }
}
