import fc from 'fast-check';
import { expect, test } from 'vitest';
import { changedLines, correspondingLine } from './changed-lines.ts';

test('numbers the lines that are new or changed', () => {
  expect(changedLines('a\nb\nc\n', 'a\nB\nc\nd\n')).toEqual([2, 4]);
});

test('equal texts have no changed line, whatever their line ends', () => {
  expect(changedLines('a\r\nb\r\n', 'a\nb\n')).toEqual([]);
});

test('a line below an insertion is found where it went', () => {
  expect(correspondingLine('a\nb\nc', 'a\nx\ny\nb\nc', 3)).toBe(5);
});

test('a line added at the top of a text that begins with an empty line is found', () => {
  expect(changedLines('\na\na', '\n\na\na')).toHaveLength(1);
});

test('a removed line is found at the place where it was', () => {
  expect(correspondingLine('a\nb\nc', 'a\nc', 2)).toBe(2);
});

const text = fc.array(fc.constantFrom('a', 'b', 'c', ''), { maxLength: 12 }).map((parts) => parts.join('\n'));

test('every number given is a line of the text', () => {
  fc.assert(
    fc.property(text, text, fc.nat(15), (from, to, number) => {
      const count = to.split('\n').length;
      const line = correspondingLine(from, to, number + 1);
      expect(line).toBeGreaterThanOrEqual(1);
      expect(line).toBeLessThanOrEqual(count);
      for (const changed of changedLines(from, to)) expect(changed).toBeLessThanOrEqual(count);
    }),
  );
});

test('the marked lines are enough to tell both texts apart', () => {
  fc.assert(
    fc.property(text, text, (from, to) => {
      const changed = new Set(changedLines(from, to));
      const kept = to.split('\n').filter((_line, index) => !changed.has(index + 1));
      const source = from.split('\n');
      let position = 0;
      for (const line of kept) {
        const found = source.indexOf(line, position);
        expect(found).toBeGreaterThanOrEqual(0);
        position = found + 1;
      }
    }),
  );
});
