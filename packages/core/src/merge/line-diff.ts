import { commonEnds } from './common-ends.ts';

/** Lines of base that a side replaced by lines of its own; either range may be empty. Ends are not included. */
export interface Hunk {
  readonly baseStart: number;
  readonly baseEnd: number;
  readonly sideStart: number;
  readonly sideEnd: number;
}

export interface LineDiff {
  /** In order; two of them never touch. */
  readonly hunks: readonly Hunk[];
  /** Comparisons and notes made: what the time and the memory grow with. */
  readonly steps: number;
}

/** About a tenth of a second and 16 MB: texts of repeating lines would otherwise take the square of their length. */
export const maximumSteps = 4_000_000;

/**
 * What a side made of base's lines: the fewest lines taken out and put in (E. Myers, "An O(ND) Difference Algorithm and Its
 * Variations", 1986), found between the common head and tail. Above the bound everything between these counts as one replacement.
 *
 * @param base numbers that stand for lines: equal numbers, equal lines
 */
export function diffLines(base: readonly number[], side: readonly number[], limit = maximumSteps): LineDiff {
  const { start, leftEnd: baseEnd, rightEnd: sideEnd } = commonEnds(base, side);
  // A line that the other text lacks is in no common sequence: without these rewritten parts cost nothing.
  const left = shared(base, side, { start, end: baseEnd, otherEnd: sideEnd });
  const right = shared(side, base, { start, end: sideEnd, otherEnd: baseEnd });
  const search = new Search(left.lines, right.lines, limit);
  const common = search.run();
  const matches = (common ?? []).map(([x, y]) => [left.places[x] ?? 0, right.places[y] ?? 0] as const);
  const hunks: Hunk[] = [];
  let from = { base: start, side: start };
  for (const [x, y] of [...matches, [baseEnd, sideEnd] as const]) {
    if (x > from.base || y > from.side)
      hunks.push({ baseStart: from.base, baseEnd: x, sideStart: from.side, sideEnd: y });
    from = { base: x + 1, side: y + 1 };
  }
  return { hunks, steps: search.steps };
}

interface Window {
  readonly start: number;
  readonly end: number;
  readonly otherEnd: number;
}

/** The lines between head and tail that the other text has there too, and their places. */
function shared(lines: readonly number[], other: readonly number[], { start, end, otherEnd }: Window) {
  const known = new Set(other.slice(start, otherEnd));
  const places: number[] = [];
  for (let at = start; at < end; at += 1) if (known.has(lines[at] ?? -1)) places.push(at);
  return { places, lines: places.map((at) => lines[at] ?? -1) };
}

/** The search for a longest common subsequence, from the front. Diagonal `k` holds the points with `x - y = k`. */
class Search {
  steps = 0;
  readonly #left: readonly number[];
  readonly #right: readonly number[];
  readonly #limit: number;
  /** For each number of edits, the furthest `x` on the diagonals `-d, -d + 2, …, d`. */
  readonly #trace: Int32Array[] = [];

  constructor(left: readonly number[], right: readonly number[], limit: number) {
    this.#left = left;
    this.#right = right;
    this.#limit = limit;
  }

  /** Pairs of places of the common lines, in order; undefined above the bound. */
  run(): readonly (readonly [number, number])[] | undefined {
    for (let edits = 0; edits <= this.#left.length + this.#right.length; edits += 1) {
      const furthest = new Int32Array(edits + 1);
      this.#trace.push(furthest);
      for (let index = 0; index <= edits; index += 1) {
        const k = 2 * index - edits;
        const x = this.#slide(this.#before(edits, index).x, k);
        furthest[index] = x;
        if (x >= this.#left.length && x - k >= this.#right.length) return this.#walkBack(edits, index);
        if (this.steps > this.#limit) return undefined;
      }
    }
    return undefined;
  }

  /** Where a path of so many edits enters the diagonal, and from which diagonal's index. */
  #before(edits: number, index: number): { readonly x: number; readonly index: number } {
    const previous = this.#trace[edits - 1];
    if (previous === undefined) return { x: 0, index: -1 };
    const above = previous[index] ?? -1;
    const below = (previous[index - 1] ?? -1) + 1;
    // Past either end of a text there is nothing to take out or to put in.
    return index === edits || (index > 0 && below > above) ? { x: below, index: index - 1 } : { x: above, index };
  }

  #slide(from: number, k: number): number {
    let x = from;
    while (x < this.#left.length && x - k < this.#right.length && this.#left[x] === this.#right[x - k]) x += 1;
    this.steps += 1 + x - from;
    return x;
  }

  #walkBack(edits: number, index: number): readonly (readonly [number, number])[] {
    const pairs: [number, number][] = [];
    let at = index;
    for (let d = edits; d >= 0; d -= 1) {
      const k = 2 * at - d;
      const entered = this.#before(d, at);
      for (let x = (this.#trace[d]?.[at] ?? 0) - 1; x >= entered.x; x -= 1) pairs.push([x, x - k]);
      at = entered.index;
    }
    return pairs.reverse();
  }
}
