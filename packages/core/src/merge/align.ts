import { commonEnds } from './common-ends.ts';

/** What one side made of base's list, item by item. Numbers stand for values: equal numbers, equal values. */
export interface SideEdits {
  /** For each item of base: the index of what stands for it on this side, or why nothing does. */
  readonly fate: readonly (ItemFate | undefined)[];
  /** For each gap (before item 0, before item 1, … after the last): indices of what this side put there. */
  readonly added: readonly (readonly number[])[];
  /** Gaps inside a run that this side replaced: nothing else can be put there without guessing an order. */
  readonly inside: readonly boolean[];
}

export interface ItemFate {
  readonly kind: 'kept' | 'replaced' | 'removed' | 'rewritten';
  /** Index on the side, for `kept` and `replaced`. */
  readonly index: number;
}

const largestTable = 4_000_000;

/**
 * Aligns a list with base by a longest common subsequence. Where several are equally long, the early one or the late
 * one is taken: lists for which the two make a difference cannot be aligned without guessing.
 *
 * @returns undefined when the lists are too long and too different to compare
 */
export function alignWithBase(base: readonly number[], side: readonly number[], late: boolean): SideEdits | undefined {
  const matches = late ? matchLate(base, side) : matchEarly(base, side);
  if (matches === undefined) return undefined;
  const fate: (ItemFate | undefined)[] = base.map(() => undefined);
  const added: number[][] = Array.from({ length: base.length + 1 }, () => []);
  const inside: boolean[] = Array.from({ length: base.length + 1 }, () => false);
  let baseFrom = 0;
  let sideFrom = 0;
  for (const [baseTo, sideTo] of [...matches, [base.length, side.length] as const]) {
    const removed = baseTo - baseFrom;
    const put = sideTo - sideFrom;
    for (let step = 0; step < removed; step += 1) {
      const kind = put === 0 ? 'removed' : put === removed ? 'replaced' : 'rewritten';
      fate[baseFrom + step] = { kind, index: kind === 'replaced' ? sideFrom + step : -1 };
      if (put > 0 && step > 0) inside[baseFrom + step] = true;
    }
    if (removed !== put) {
      const gap = added[baseFrom];
      for (let step = 0; step < put; step += 1) gap?.push(sideFrom + step);
    }
    if (baseTo < base.length) fate[baseTo] = { kind: 'kept', index: sideTo };
    baseFrom = baseTo + 1;
    sideFrom = sideTo + 1;
  }
  return { fate, added, inside };
}

type Match = readonly [baseIndex: number, sideIndex: number];

function matchLate(base: readonly number[], side: readonly number[]): readonly Match[] | undefined {
  const matches = matchEarly([...base].reverse(), [...side].reverse());
  return matches?.map(([left, right]): Match => [base.length - 1 - left, side.length - 1 - right]).reverse();
}

function matchEarly(base: readonly number[], side: readonly number[]): readonly Match[] | undefined {
  const { start, leftEnd: baseEnd, rightEnd: sideEnd } = commonEnds(base, side);
  const middle = matchMiddle(base.slice(start, baseEnd), side.slice(start, sideEnd));
  if (middle === undefined) return undefined;
  const matches: Match[] = [];
  for (let index = 0; index < start; index += 1) matches.push([index, index]);
  for (const [left, right] of middle) matches.push([left + start, right + start]);
  for (let index = 0; baseEnd + index < base.length; index += 1) matches.push([baseEnd + index, sideEnd + index]);
  return matches;
}

/** The textbook table of common subsequence lengths, walked from the front. */
function matchMiddle(base: readonly number[], side: readonly number[]): readonly Match[] | undefined {
  const width = side.length + 1;
  if ((base.length + 1) * width > largestTable) return undefined;
  const lengths = new Uint32Array((base.length + 1) * width);
  const at = (left: number, right: number): number => lengths[left * width + right] ?? 0;
  for (let left = base.length - 1; left >= 0; left -= 1) {
    for (let right = side.length - 1; right >= 0; right -= 1) {
      lengths[left * width + right] =
        base[left] === side[right] ? at(left + 1, right + 1) + 1 : Math.max(at(left + 1, right), at(left, right + 1));
    }
  }
  const matches: Match[] = [];
  let left = 0;
  let right = 0;
  while (left < base.length && right < side.length) {
    if (base[left] === side[right]) {
      matches.push([left, right]);
      left += 1;
      right += 1;
    } else if (at(left + 1, right) >= at(left, right + 1)) left += 1;
    else right += 1;
  }
  return matches;
}
