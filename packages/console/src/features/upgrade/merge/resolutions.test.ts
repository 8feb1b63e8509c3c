import { expect, test } from 'vitest';
import { pathText, withoutPath } from './resolutions.ts';

test('a path reads as people write it', () => {
  expect(pathText(['controller', 'args', { name: 'log' }, 'value'])).toBe('controller.args[name=log].value');
  expect(pathText(['images', 0])).toBe('images[0]');
  expect(pathText([])).toBe('whole document');
});

test('only the resolution of the same path is taken out', () => {
  const kept = { path: ['a', 'b'], take: 'current' as const };
  expect(withoutPath([kept, { path: ['a'], value: '1' }], ['a'])).toEqual([kept]);
});
