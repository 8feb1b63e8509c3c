import fc from 'fast-check';
import { expect, test } from 'vitest';
import { excerptOf } from './excerpts.ts';

const numbered = Array.from({ length: 30 }, (_, index) => `line ${index + 1}`).join('\n');
const shownLines = (text: string, value: readonly number[], place: number, secrets: [number, number][] = []) =>
  excerptOf({ text, secrets }, value, place).lines;

test('shows a value with two lines on either side, and says which lines are its', () => {
  const lines = shownLines(numbered, [10, 11], 10);
  expect(lines.map(({ number }) => number)).toEqual([8, 9, 10, 11, 12, 13]);
  expect(lines.filter(({ isValue }) => isValue).map(({ text }) => text)).toEqual(['line 10', 'line 11']);
});

test('shows the place where a value would be, and marks nothing', () => {
  const lines = shownLines(numbered, [], 2);
  expect(lines.map(({ number }) => number)).toEqual([1, 2, 3, 4]);
  expect(lines.some(({ isValue }) => isValue)).toBe(false);
});

test('leaves out the empty line that is only the end of the last one', () => {
  expect(shownLines('a\nb\n', [2], 2).map(({ text }) => text)).toEqual(['a', 'b']);
  expect(shownLines('', [], 1)).toEqual([]);
});

test('cuts a value of very many lines, and says how many are left', () => {
  const text = 'x\n'.repeat(100);
  const { lines, left } = excerptOf(
    { text, secrets: [] },
    Array.from({ length: 100 }, (_, index) => index + 1),
    1,
  );
  expect([lines.length, left]).toEqual([60, 40]);
});

test('hides a secret, also over several lines, and keeps what stands around it', () => {
  const text = 'a: 1\npem: |\n  BEGIN\n  hunter2\nb: 2 # hunter3\n';
  const at = (part: string): [number, number] => [text.indexOf(part), text.indexOf(part) + part.length];
  const secrets = [at('BEGIN\n  hunter2'), at('hunter3')];
  expect(shownLines(text, [2, 3, 4], 2, secrets).map((line) => line.text)).toEqual([
    'a: 1',
    'pem: |',
    '  ••••••',
    '  ••••••',
    'b: 2 # ••••••',
  ]);
});

test('never shows a part of a secret', () => {
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom('x', '§', '\n', '\r\n', ' '), { maxLength: 40 }),
      fc.nat(10),
      (parts, line) => {
        const text = parts.join('');
        const secrets = [...text.matchAll(/§+/g)].map(({ index, 0: found }): [number, number] => [
          index,
          index + found.length,
        ]);
        const lines = shownLines(text, [line + 1], line + 1, secrets);
        expect(lines.map((one) => one.text).join('')).not.toContain('§');
      },
    ),
  );
});
