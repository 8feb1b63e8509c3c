import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { isSealiftError } from '../errors/index.ts';
import { merge } from './merge.ts';
import { expectMerge, judge } from './testing/reference-merge.ts';
import type { MergeInput, MergePath, MergeResult } from './types.ts';

const value = fc.constantFrom('1', '2', 'x', '{p: 1, q: 2}', '[a, b]');

/** Keys in a fixed order, of which some define an anchor and later ones may use it. */
const text = fc
  .tuple(
    fc.option(value),
    fc.option(value),
    fc.option(fc.constantFrom('*one', '*two', '1', 'x', '[*one, 3]', '{k: *two}')),
    fc.option(fc.constantFrom('*one', '5', '{k: *one}')),
    fc.option(fc.constantFrom('z: 1', 'z: *two')),
  )
  .map(([one, two, user, other, nested]) => {
    const lines = [
      one === null ? 'one: 0' : `one: &one ${one}`,
      two === null ? 'two: &two 9' : `two: &two ${two}`,
      ...(user === null ? [] : [`user: ${user}`]),
      ...(other === null ? [] : [`other: ${other}`]),
      ...(nested === null ? [] : ['nested:', `  ${nested}`]),
    ].join('\n');
    return one === null ? lines.replaceAll('*one', '*two') : lines;
  })
  .map((lines) => `${lines}\n`);

function mergeOrRefuse(input: MergeInput): MergeResult | undefined {
  try {
    return merge(input);
  } catch (error) {
    if (isSealiftError(error, 'MERGE_ALIAS_UNSOUND')) return undefined;
    throw error;
  }
}

describe('texts with anchors and aliases', () => {
  it('are merged to the values that their aliases stand for, or refused', { timeout: 120_000 }, () => {
    let merged = 0;
    fc.assert(
      fc.property(text, text, text, (base, current, incoming) => {
        const result = mergeOrRefuse({ base, current, incoming });
        if (result === undefined) return;
        merged += 1;
        const expected = expectMerge(parse(base), parse(current), parse(incoming));
        const conflicts = result.conflicts.map(({ path }) => path);
        // An alias is never taken apart, so a conflict may stand at it where plain values would show one further down, or none.
        const inList = (path: MergePath): MergePath => {
          const item = path.findIndex((element) => typeof element !== 'string');
          return item === -1 ? path : path.slice(0, item);
        };
        const open = conflicts.map((path) => JSON.stringify(inList(path)).slice(0, -1));
        const complaints = judge(expected, parse(result.text), conflicts).filter(
          (complaint) => !open.some((path) => complaint.includes(path)),
        );
        expect(complaints).toEqual([]);
      }),
      { numRuns: 1000 },
    );
    expect(merged).toBeGreaterThan(500);
  });
});
