import { Text } from '@codemirror/state';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { breakLines, softBreaks } from './soft-breaks.ts';

/** The rows of a line as they are seen, what goes on below without its indentation. */
function rows(line: string, breaks: readonly number[] = []): string[] {
  return [0, ...breaks].map((from, index) => line.slice(from, breaks[index]));
}

describe('long lines', () => {
  test('are broken after a space where there is one, else where the room ends', () => {
    const line = 'the pods of this site speak to each other';
    expect(rows(line, breakLines(line, 20, []).get(1))).toEqual(['the pods of this ', 'site speak to each ', 'other']);
    const solid = 'a'.repeat(45);
    expect(rows(solid, breakLines(solid, 20, []).get(1)).map(({ length }) => length)).toEqual([20, 20, 5]);
  });

  test('go on below as far indented as they begin, in what is left of the room', () => {
    const line = `    key: ${'word '.repeat(10)}`;
    for (const row of rows(line, breakLines(line, 24, []).get(1)).slice(1))
      expect(row.trimEnd().length).toBeLessThanOrEqual(20);
  });

  test('lose nothing, and no row is wider than the room where every sign is as wide as it is counted', () => {
    const words = fc.array(fc.stringMatching(/^[a-z:"]{1,30}$/), { maxLength: 14 }).map((all) => all.join(' '));
    fc.assert(
      fc.property(
        fc.array(words, { maxLength: 5 }),
        fc.integer({ min: 20, max: 60 }),
        fc.nat({ max: 30 }),
        (lines, columns, indent) => {
          const text = lines.map((line) => ' '.repeat(indent) + line).join('\n');
          const breaks = breakLines(text, columns, []);
          for (const [index, line] of text.split('\n').entries()) {
            const own = breaks.get(index + 1) ?? [];
            expect(rows(line, own).join('')).toBe(line);
            const below = Math.min(/^ */.exec(line)?.[0].length ?? 0, Math.floor(columns / 2));
            for (const [at, row] of rows(line, own).entries()) {
              // A space at the end of a row hangs over.
              expect((at === 0 ? 0 : below) + row.trimEnd().length).toBeLessThanOrEqual(columns);
              if (at > 0) expect(row).not.toBe('');
            }
          }
        },
      ),
    );
  });

  test('count tabs, wide signs and marks by the room that they take', () => {
    expect(breakLines('\t'.repeat(10), 20, []).get(1)).toEqual([5]);
    expect(breakLines('漢'.repeat(15), 20, []).get(1)).toEqual([10]);
    expect(breakLines('e\u0301'.repeat(20), 20, []).get(1)).toBeUndefined();
  });

  test('are broken before or after a hidden value, never in it', () => {
    const line = `password: ${'s'.repeat(60)} # of the database, as agreed`;
    const breaks = breakLines(line, 24, [[10, 70]]).get(1) ?? [];
    expect(breaks.length).toBeGreaterThan(0);
    for (const at of breaks) expect(at <= 10 || at >= 70).toBe(true);
    expect(breakLines(`p: ${'s'.repeat(60)}`, 24, [[3, 63]]).size).toBe(0);
  });

  test('past the end of a shorter text are not broken', () => {
    const breaks = breakLines(`short\n${'a'.repeat(50)}`, 20, []);
    expect(softBreaks(Text.of(['short']), breaks, 20).size).toBe(0);
    expect(softBreaks(Text.of(['short', 'a'.repeat(50)]), breaks, 20).size).toBe(2);
  });
});
