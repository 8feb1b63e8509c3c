import fc from 'fast-check';
import { expect, test } from 'vitest';
import { alignPanes, type Spacers } from './align-panes.ts';

/** The lines of a pane as they are seen, blank ones too. */
function seen(text: string, spacers: Spacers): (string | null)[] {
  const blank = (after: number): null[] => Array.from({ length: spacers.get(after) ?? 0 }, () => null);
  return [...blank(0), ...text.split('\n').flatMap((line, index) => [line, ...blank(index + 1)])];
}

test('puts what was added by one side beside blank lines of the others', () => {
  const { incoming, merged, current } = alignPanes({
    incoming: 'a\nnew\nb',
    merged: 'a\nnew\nb\nmine',
    current: 'a\nb\nmine',
  });
  expect(seen('a\nnew\nb', incoming)).toEqual(['a', 'new', 'b', null]);
  expect(seen('a\nnew\nb\nmine', merged)).toEqual(['a', 'new', 'b', 'mine']);
  expect(seen('a\nb\nmine', current)).toEqual(['a', null, 'b', 'mine']);
});

const text = fc.array(fc.constantFrom('a', 'b', 'c', 'd', ''), { maxLength: 14 }).map((lines) => lines.join('\n'));

test('makes every pane as high as the others, and keeps each line in its order', () => {
  fc.assert(
    fc.property(text, text, text, (incoming, merged, current) => {
      const aligned = alignPanes({ incoming, merged, current });
      const panes = [seen(incoming, aligned.incoming), seen(merged, aligned.merged), seen(current, aligned.current)];
      expect(new Set(panes.map(({ length }) => length)).size).toBe(1);
      expect(panes.map((lines) => lines.filter((line) => line !== null).join('\n'))).toEqual([
        incoming,
        merged,
        current,
      ]);
      // No row is blank in every pane.
      for (const index of panes[0]?.keys() ?? []) expect(panes.some((lines) => lines[index] !== null)).toBe(true);
    }),
  );
});

test('lines that all three have in common stand side by side', () => {
  fc.assert(
    fc.property(text, text, (left, right) => {
      const [incoming, merged, current] = [`${left}\nsame\nend`, `${left}\nsame\n${right}\nend`, `same\n${right}\nend`];
      const aligned = alignPanes({ incoming, merged, current });
      const last = [seen(incoming, aligned.incoming), seen(merged, aligned.merged), seen(current, aligned.current)];
      expect(last.map((lines) => lines.lastIndexOf('end'))).toEqual(last.map(({ length }) => length - 1));
    }),
  );
});

test('where lines are broken, every pane is as high as the others, and what all have in common begins on one level', () => {
  const heights = fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 3, maxLength: 3 });
  fc.assert(
    fc.property(text, text, text, heights, (before, ours, theirs, [a = 1, b = 1, c = 1]) => {
      const texts = {
        incoming: `${before}\nsame\n${theirs}\nend`,
        merged: `${before}\nsame\n${ours}\n${theirs}\nend`,
        current: `${before}\nsame\n${ours}\nend`,
      };
      // As in panes of different widths: each line is higher in one than in another.
      const factor = { incoming: a, merged: b, current: c };
      const lineOf = (pane: keyof typeof texts, line: number): string => texts[pane].split('\n')[line - 1] ?? '';
      const heightOf = (pane: keyof typeof texts, line: number): number =>
        lineOf(pane, line) === '' ? 1 : factor[pane];
      const aligned = alignPanes(texts, heightOf);
      const tops = (['incoming', 'merged', 'current'] as const).map((pane) => {
        let top = aligned[pane].get(0) ?? 0;
        const found = texts[pane].split('\n').map((line, index) => {
          const at = top;
          top += heightOf(pane, index + 1) + (aligned[pane].get(index + 1) ?? 0);
          return { line, at };
        });
        return { end: top, last: found.findLast(({ line }) => line === 'end')?.at };
      });
      expect(new Set(tops.map(({ end }) => end)).size).toBe(1);
      expect(new Set(tops.map(({ last }) => last)).size).toBe(1);
    }),
  );
});
