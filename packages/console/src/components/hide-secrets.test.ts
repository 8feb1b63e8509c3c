import { secretRanges } from '@sealift/core/merge';
import { Text } from '@codemirror/state';
import { expect, test } from 'vitest';
import { hiddenSpans } from './hide-secrets.ts';

const shownText = (text: string, shown = 0): string => {
  const doc = Text.of(text.split('\n'));
  let seen = text;
  for (const { start, end } of hiddenSpans(doc, secretRanges(text), shown).toReversed()) {
    seen = `${seen.slice(0, start)}•${seen.slice(end)}`;
  }
  return seen;
};

test('secrets are hidden line by line, by the rule that holds everywhere', () => {
  const text = [
    'env:',
    '- name: DB_PASSWORD',
    '  value: hunter2',
    'pem: |',
    '  -----BEGIN PRIVATE KEY-----',
    '  AAA',
    'existingSecret: mine',
    'token: 1234 # was hunter1',
    'url: http://u:hunter2@h/',
  ].join('\n');
  expect(shownText(text)).toBe(
    [
      'env:',
      '- name: DB_PASSWORD',
      '  value: •',
      'pem: |',
      '  •',
      '  •',
      'existingSecret: mine',
      'token: • #•',
      'url: http://u:•@h/',
    ].join('\n'),
  );
});

test('the line that the cursor is in is shown', () => {
  expect(shownText('password: a\ntoken: |\n  b\n  c\n', 3)).toBe('password: •\ntoken: •\n  b\n  •\n');
});
