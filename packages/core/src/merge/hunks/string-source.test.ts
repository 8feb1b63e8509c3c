import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { merge } from '../merge.ts';
import { anyEnding } from '../testing/generated-text.ts';
import { stringAt } from './string-at.ts';
import { stringSource } from './string-source.ts';

/** Texts as files hold them, and what is hard to write down: spaces and tabs at either end, blank lines, CRLF, no last line end. */
const file = fc
  .array(
    fc.constantFrom(
      'a',
      '  deeper',
      '\ttabbed',
      '',
      ' ',
      '   ',
      'trailing ',
      '# no comment',
      '---',
      '- x',
      'k: v',
      '"q"',
      '{{ .x }}',
      '漢字',
    ),
    { minLength: 1, maxLength: 7 },
  )
  .chain((lines) => fc.constantFrom('\n', '\n', '\n', '\r\n').map((end) => lines.join(end)))
  .chain((text) => fc.constantFrom('', '\n', '\n\n\n').map((end) => text + end));

describe('a text given as a value of one’s own', () => {
  it('is the same text wherever it is put', () => {
    const places = [
      (value: number) => ({ text: `k: ${value}\n`, path: ['k'] }),
      (value: number) => ({ text: `a:\n    b:\n        k: ${value} # note\n    c: 1\n`, path: ['a', 'b', 'k'] }),
      (value: number) => ({ text: `l:\r\n  - name: n\r\n    k: ${value}\r\n`, path: ['l', { name: 'n' }, 'k'] }),
    ];
    fc.assert(
      fc.property(file, fc.constantFrom(...places), (value, place) => {
        const at = place(2);
        const input = { base: place(1).text, current: at.text, incoming: place(3).text };
        const result = merge({ ...input, resolutions: [{ path: at.path, value: stringSource(value) }] });
        expect(result.clean).toBe(true);
        const read: unknown = parse(result.text);
        const found = at.path.reduce<unknown>((from, key) => {
          const list = Array.isArray(from) ? from : undefined;
          return list === undefined ? (from as Record<string, unknown>)[key as string] : list[0];
        }, read);
        expect(found).toBe(value);
      }),
      { numRuns: 600 },
    );
  });

  it('reads as a person would write it', () => {
    expect(stringSource('a\nb\n')).toBe('|\n  a\n  b');
    expect(stringSource('a\nb')).toBe('|-\n  a\n  b');
  });

  it.each([
    ['|\n    a\n   \n      b\n', 'a\n\n  b\n'],
    ['|+\n a\n\n\n', 'a\n\n\n'],
    ['|2\n    a\n  b\n', '  a\nb\n'],
    ['>-\n   a\n   b\n', 'a b'],
    ['|\n  a\n# below\n', 'a\n'],
    ['|\n  a\n     \n  b', 'a\n   \nb\n'],
  ])('typed by hand as %j is taken as it was meant', (given, meant) => {
    const text = (value: number): string => `x:\n  k: ${value}\n  l: 1\n`;
    const input = { base: text(1), current: text(2), incoming: text(3) };
    const result = merge({ ...input, resolutions: [{ path: ['x', 'k'], value: given }] });
    expect(parse(result.text)).toEqual({ x: { k: meant, l: 1 } });
  });
});

describe('a string read where it stands', () => {
  it('is the value that the merge found there', () => {
    let read = 0;
    fc.assert(
      fc.property(anyEnding, anyEnding, anyEnding, (base, current, incoming) => {
        const texts = { base, current, incoming };
        for (const decision of merge(texts).decisions) {
          for (const name of ['base', 'current', 'incoming'] as const) {
            const side = decision[name];
            if (side === undefined) continue;
            const { start, end } = side.range;
            if (texts[name].slice(start, end) !== side.source) continue;
            const found = stringAt(texts[name], [start, end]);
            if (found === undefined) continue;
            expect(found).toBe(side.value);
            if (found.includes('\n')) read += 1;
          }
        }
      }),
      { numRuns: 300 },
    );
    expect(read).toBeGreaterThan(20);
  });

  it.each([
    ['k: |\n  a\n  b\n', 'a\nb\n'],
    ['x:\n    - k: |2-\n            a\n          b\n      name: n\n', '    a\n  b'],
    ['x:\n  k: &id |\n    a\n    b\n', 'a\nb\n'],
    ['x: {k: "a\\r\\nb"}\n', 'a\r\nb'],
    ['x:\n  k: >\n    a\n    b\n\n    c\n', 'a b\nc\n'],
  ])('in %j', (text, value) => {
    const other = (change: string): string => text.replace(/a/, change);
    const [decision] = merge({ base: text, current: other('A'), incoming: other('Z') }).decisions;
    const range = decision?.base?.range;
    expect(range && stringAt(text, [range.start, range.end])).toBe(value);
  });

  it('is none where a number, a list or a broken text stands', () => {
    expect(stringAt('k: 12\n', [3, 5])).toBeUndefined();
    expect(stringAt('k: [a]\n', [3, 6])).toBeUndefined();
    expect(stringAt('k: "open\n', [3, 8])).toBeUndefined();
  });
});
