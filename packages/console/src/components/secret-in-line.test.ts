import { expect, test } from 'vitest';
import { secretInLine } from './secret-in-line.ts';

const hidden = (line: string) => {
  const range = secretInLine(line);
  return range === undefined ? undefined : line.slice(range.from, range.to);
};

test('the value of a secret key is found, in mappings and in list items, quoted or not', () => {
  expect(hidden('  password: hunter2')).toBe('hunter2');
  expect(hidden('- token: "abc" # rotated')).toBe('"abc" # rotated');
  expect(hidden('"api-key": x')).toBe('x');
});

test('what cannot be a secret is left readable', () => {
  for (const line of [
    'automountToken: false',
    'keys: {}',
    'password: ""',
    'secrets:',
    'tokens: |',
    'keys: 3',
    'a: b',
  ]) {
    expect(hidden(line)).toBeUndefined();
  }
});
