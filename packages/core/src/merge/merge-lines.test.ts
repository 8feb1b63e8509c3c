import fc from 'fast-check';
import { diff3Merge } from 'node-diff3';
import { describe, expect, it } from 'vitest';
import { diffLines, maximumSteps } from './line-diff.ts';
import { mergeLines } from './merge-lines.ts';

/** A longest common subsequence by the textbook table. */
function commonLength(left: readonly number[], right: readonly number[]): number {
  let row = right.map(() => 0);
  for (const one of left) {
    const before = row;
    row = [];
    for (const [at, other] of right.entries()) {
      row.push(one === other ? (before[at - 1] ?? 0) + 1 : Math.max(before[at] ?? 0, row[at - 1] ?? 0));
    }
  }
  return row.at(-1) ?? 0;
}

const lines = fc.array(fc.nat({ max: 4 }), { maxLength: 14 });
/** Few different lines, in no order: the work grows with the square of their number. */
const shuffled = (count: number, seed: number) => {
  let state = seed;
  return Array.from({ length: count }, () => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return Math.floor(state / 65_536) % 7;
  });
};

describe('the difference of two texts', () => {
  it('turns one into the other, with as few lines changed as can be', () => {
    fc.assert(
      fc.property(lines, lines, (base, side) => {
        const { hunks } = diffLines(base, side);
        const built: number[] = [];
        let done = 0;
        let kept = base.length;
        for (const { baseStart, baseEnd, sideStart, sideEnd } of hunks) {
          expect(baseStart > done || done === 0).toBe(true);
          built.push(...base.slice(done, baseStart));
          expect(built).toHaveLength(sideStart);
          built.push(...side.slice(sideStart, sideEnd));
          kept -= baseEnd - baseStart;
          done = baseEnd;
        }
        expect([...built, ...base.slice(done)]).toEqual(side);
        expect(kept).toBe(commonLength(base, side));
      }),
      { numRuns: 2000 },
    );
  });

  it('stays within its bound on lines that repeat, and above it is one replacement between head and tail', () => {
    const base = [100, ...shuffled(20_000, 1), 101];
    const side = [100, ...shuffled(20_000, 2), 101];
    const { hunks, steps } = diffLines(base, side);
    expect(steps).toBeLessThan(maximumSteps + base.length);
    expect(hunks).toEqual([{ baseStart: 1, baseEnd: 20_001, sideStart: 1, sideEnd: 20_001 }]);
  });

  it('costs about as much as the text is long where a part was rewritten, wherever else it was changed', () => {
    const base = Array.from({ length: 50_000 }, (_, at) => at);
    const side = base.map((line) => (line % 10 === 0 || (line > 1000 && line < 30_000) ? line + 100_000 : line));
    expect(diffLines(base, side).steps).toBeLessThan(2 * base.length);
  });
});

describe('a merge by line', () => {
  const texts = fc.array(fc.constantFrom('a\n', 'b\n', 'c\n', 'd\n'), { maxLength: 8 });
  const merged = (base: readonly string[], current: readonly string[], incoming: readonly string[]) =>
    mergeLines(base, current, incoming).flatMap((region) =>
      'ok' in region ? region.ok : ['!', ...region.conflict.current],
    );

  it('takes the changes of one side whole, and the same change of both', () => {
    fc.assert(
      fc.property(texts, texts, (base, side) => {
        expect(merged(base, base, side)).toEqual(side);
        expect(merged(base, side, base)).toEqual(side);
        expect(merged(base, side, side)).toEqual(side);
      }),
    );
  });

  it('agrees with node-diff3 where each line is there once', () => {
    const once = fc.shuffledSubarray(['a', 'b', 'c', 'd', 'e', 'f'], { minLength: 6 }).map((all) => all.sort());
    const edited = once.chain((all) => fc.subarray([...all, 'x']));
    fc.assert(
      fc.property(once, edited, edited, (base, current, incoming) => {
        const theirs = diff3Merge(current, base, incoming).flatMap(
          (region) => region.ok ?? ['!', ...(region.conflict?.a ?? [])],
        );
        expect(merged(base, current, incoming)).toEqual(theirs);
      }),
    );
  });

  it('is a conflict where changed lines touch', () => {
    expect(mergeLines(['1', '2', '3'], ['1', 'x', '3'], ['1', '2', 'y'])).toEqual([
      { ok: ['1'] },
      { conflict: { base: ['2', '3'], current: ['x', '3'], incoming: ['2', 'y'] } },
    ]);
  });

  it('takes 130,000 lines', () => {
    const base = Array.from({ length: 130_000 }, (_, at) => String(at % 7));
    const current = base.with(5, 'site');
    const incoming = base.with(129_999, 'release');
    expect(merged(base, current, incoming)).toEqual(current.with(129_999, 'release'));
  });
});
