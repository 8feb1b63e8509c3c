import fc from 'fast-check';
import { expect, test } from 'vitest';
import { alignPanes, type Spacers } from './align-panes.ts';

/** The lines of a pane as they are seen, blank ones too. */
function seen(text: string, spacers: Spacers): (string | null)[] {
  const blank = (after: number): null[] => Array.from({ length: spacers.get(after) ?? 0 }, () => null);
  return [...blank(0), ...text.split('\n').flatMap((line, index) => [line, ...blank(index + 1)])];
}

test('puts what was added by one side beside blank lines of the others', () => {
  const { incoming, merged, current } = alignPanes('a\nnew\nb', 'a\nnew\nb\nmine', 'a\nb\nmine');
  expect(seen('a\nnew\nb', incoming)).toEqual(['a', 'new', 'b', null]);
  expect(seen('a\nnew\nb\nmine', merged)).toEqual(['a', 'new', 'b', 'mine']);
  expect(seen('a\nb\nmine', current)).toEqual(['a', null, 'b', 'mine']);
});

const text = fc.array(fc.constantFrom('a', 'b', 'c', 'd', ''), { maxLength: 14 }).map((lines) => lines.join('\n'));

test('makes every pane as high as the others, and keeps each line in its order', () => {
  fc.assert(
    fc.property(text, text, text, (incoming, merged, current) => {
      const aligned = alignPanes(incoming, merged, current);
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
      const aligned = alignPanes(incoming, merged, current);
      const last = [seen(incoming, aligned.incoming), seen(merged, aligned.merged), seen(current, aligned.current)];
      expect(last.map((lines) => lines.lastIndexOf('end'))).toEqual(last.map(({ length }) => length - 1));
    }),
  );
});
