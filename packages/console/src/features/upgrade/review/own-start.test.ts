import { readPlain } from '@sealift/core/merge';
import { expect, test } from 'vitest';
import { ownStart, standingAlone } from './own-start.ts';

test.each([
  ['a scalar', '"8950"'],
  ['a map', 'name: a\n      size: 1\n      deep:\n        key: x'],
  ['a list', '- a\n      - b'],
  ['a block of text', '|\n        first\n          more\n\n        last'],
])('moves %s to the left, and it still means the same', (_, source) => {
  const inPlace = `top:\n  key:${/^[|"]/.test(source) ? ' ' : '\n      '}${source}\n`;
  const meant = (readPlain(inPlace, 'a test') as { top: { key: unknown } }).top.key;
  const alone = readPlain(`${standingAlone(source)}\n`, 'a test');
  // A text's last line end is the block's own.
  const same = (value: unknown) => JSON.stringify(value).replace(/\\n"$/, '"');
  expect(same(alone)).toBe(same(meant));
});

const text = (value: string) => ({ text: value, secrets: [] });
const texts = { base: text(''), current: text('pin: hunter2\n'), incoming: text(''), merged: text('') };
const decision = { path: ['pin'], kind: 'conflict', reason: '' } as const;
const current = { text: '***', line: 1, span: [5, 12] as [number, number] };

test('begins with the own value in force, else with what the site runs, though it is hidden in the list', () => {
  expect(ownStart({ ...decision, path: ['pin'], current }, { path: ['pin'], value: 'mine' }, texts)).toBe('mine');
  expect(ownStart({ ...decision, path: ['pin'], current }, undefined, texts)).toBe('hunter2');
});

test('begins empty where the site has nothing, or nothing that stands in its text', () => {
  expect(ownStart({ ...decision, path: ['pin'] }, undefined, texts)).toBe('');
  expect(ownStart({ ...decision, path: ['pin'], current: { text: '***', line: 1 } }, undefined, texts)).toBe('');
});

test('waits for the texts', () => {
  expect(ownStart({ ...decision, path: ['pin'], current }, undefined, undefined)).toBeUndefined();
});
