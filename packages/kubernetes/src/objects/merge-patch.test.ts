import fc from 'fast-check';
import { expect, it } from 'vitest';
import { isMembers, type Members, mergePatchOf } from './merge-patch.ts';
import { applyPatch } from './testing/apply-patch.ts';

const leaf = fc.oneof(fc.string(), fc.integer(), fc.boolean(), fc.array(fc.string(), { maxLength: 3 }));
const { members } = fc.letrec<{ members: Members; value: unknown }>((tie) => ({
  members: fc.dictionary(fc.constantFrom('a', 'b', 'c', '__proto__'), tie('value'), {
    maxKeys: 3,
    noNullPrototype: true,
  }),
  value: fc.oneof({ depthSize: 'small' }, leaf, tie('members')),
}));

it('a patch makes one object of the other, and there is none where they are the same', () => {
  fc.assert(
    fc.property(members, members, (before, after) => {
      const patch = mergePatchOf(before, after);
      expect(applyPatch(before, patch ?? {})).toEqual(after);
      expect(mergePatchOf(after, after)).toBeUndefined();
      expect(patch === undefined).toBe(JSON.stringify(sorted(before)) === JSON.stringify(sorted(after)));
    }),
  );
});

it('a list is replaced whole, and what is gone is null', () => {
  expect(mergePatchOf({ a: { b: [1], c: 1 }, d: 1 }, { a: { b: [1, 2], c: 1 } })).toEqual({
    a: { b: [1, 2] },
    d: null,
  });
});

function sorted(value: unknown): unknown {
  if (!isMembers(value)) return value;
  return Object.entries(value)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, inner]) => [name, sorted(inner), isMembers(inner)]);
}
