import { expect, test } from 'vitest';
import { isSecretKey, secretInLine } from './secret-keys.ts';

const hidden = (line: string) => {
  const range = secretInLine(line);
  return range === undefined ? undefined : line.slice(range.from, range.to);
};

test('a key is secret by its words, not by its letters', () => {
  expect(['clientSecret', 'api-key', 'DB_PASSWORD', 'tls.key', 'token'].filter(isSecretKey)).toHaveLength(5);
  // `key` alone names a taint or a label in Kubernetes; `secretName` only points at a secret.
  expect(['keyboard', 'monkey', 'tokenizer', 'passwordless', 'name', 'key', 'secretName'].filter(isSecretKey)).toEqual(
    [],
  );
});

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
