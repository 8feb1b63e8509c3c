import type { ReviewedDecision, ReviewedLayer } from '@sealift/core/api';
import { expect, test } from 'vitest';
import { changedBy, countSettled, nextOpen, reviewRows, rowsAlike } from './review-rows.ts';
import { changeOfRow, resultWord, shownOwnValue, winner } from './row-words.ts';
import { decision, layerOf } from './testing/sample-review.ts';

const conflict = (key: string, more: Partial<ReviewedDecision> = {}) =>
  decision('conflict', [key], { current: '2', incoming: '3', base: '1' }, more);
const rowsOf = (layers: readonly ReviewedLayer[], pending = new Map()) => reviewRows({ layers: [...layers] }, pending);

test('sorts what needs a person, what was kept of his, and what the release brings', () => {
  const rows = rowsOf([
    layerOf('a', [
      conflict('x'),
      decision('kept-custom', ['y'], { base: '1', current: '2' }),
      decision('same-change', ['s'], { base: '1', current: '2' }),
      decision('taken-incoming', ['z'], { current: '1', incoming: '2' }),
    ]),
  ]);
  expect(rows.map(({ group, decision: of }) => [group, changedBy(of)])).toEqual([
    ['needs-you', 'both'],
    ['kept', 'site'],
    ['kept', 'both'],
    ['release', 'release'],
  ]);
});

test('lists a layer that comes or goes as a whole', () => {
  const rows = rowsOf([layerOf('new', [], { state: 'added' }), layerOf('old', [], { state: 'removed' })]);
  expect(rows.map(({ group, decision: { reason } }) => [group, reason])).toEqual([
    ['release', 'The release adds this layer.'],
    ['release', 'The release removes this layer.'],
  ]);
});

test('shows an answer that is being saved in the place of the one in force', () => {
  const layer = layerOf('a', [conflict('x', { resolvedBy: 'current' }), conflict('y')], {
    resolutions: [{ path: ['x'], take: 'current' }],
  });
  const rows = rowsOf(
    [layer],
    new Map([
      ['a:x', null],
      ['a:y', { path: ['y'], value: '7' }],
    ]),
  );
  expect(rows.map(({ isOpen, isPending, answer }) => [isOpen, isPending, answer])).toEqual([
    [true, true, undefined],
    [false, true, { path: ['y'], value: '7' }],
  ]);
  expect(countSettled(rows)).toEqual({ settled: 1, all: 2 });
});

test('has nothing open in a layer whose text was edited by hand', () => {
  const rows = rowsOf([layerOf('a', [conflict('x')], { state: 'edited', pasted: { differences: [] } })]);
  expect(rows[0]?.isOpen).toBe(false);
  expect(resultWord(rows[0] ?? never())).toBe('edited by hand');
});

test('finds the open rows about the same in every layer, and none that is settled or only looks the same', () => {
  const rows = rowsOf([
    layerOf('a', [conflict('x', { alike: '1' }), conflict('y', { alike: '2' })]),
    layerOf('b', [conflict('x', { alike: '1' }), conflict('z', { alike: '1', resolvedBy: 'base' })]),
  ]);
  expect(rowsAlike(rows[0] ?? never(), rows).map(({ key }) => key)).toEqual(['b:x']);
  expect(rowsAlike(rows[1] ?? never(), rows)).toEqual([]);
});

test('goes on with the next open row, and from the top after the last', () => {
  const rows = rowsOf([layerOf('a', [conflict('x'), conflict('y', { resolvedBy: 'base' }), conflict('z')])]);
  expect(nextOpen(rows, undefined)?.key).toBe('a:x');
  expect(nextOpen(rows, 'a:x')?.key).toBe('a:z');
  expect(nextOpen(rows, 'a:z')?.key).toBe('a:x');
});

test('gives two decisions about one path a row each', () => {
  const rows = rowsOf([layerOf('a', [conflict('x'), decision('moved', ['x'], { current: '1' })])]);
  expect(new Set(rows.map(({ key }) => key)).size).toBe(2);
});

test.each([
  ['open', conflict('x'), ['2', '3'], 'current'],
  ['current kept', conflict('x', { resolvedBy: 'current' }), ['1', '2'], 'current'],
  ['incoming taken', conflict('x', { resolvedBy: 'incoming' }), ['2', '3'], 'incoming'],
  ['back to base', conflict('x', { resolvedBy: 'base' }), ['2', '1'], 'base'],
  ['kept', decision('kept-custom', ['x'], { base: '1', current: '2', incoming: '1' }), ['1', '2'], 'current'],
  ['stays removed', decision('removed-by-site', ['x'], { base: '1', incoming: '1' }), ['1', undefined], 'none'],
  ['taken', decision('taken-incoming', ['x'], { base: '1', current: '1', incoming: '2' }), ['1', '2'], 'incoming'],
  ['added', decision('added-by-release', ['x'], { incoming: '2' }), [undefined, '2'], 'incoming'],
  ['removed', decision('removed-by-release', ['x'], { base: '1', current: '1' }), ['1', undefined], 'none'],
] as const)('says of what is %s from which value to which', (word, of, [from, to], by) => {
  const [row = never()] = rowsOf([layerOf('a', [of])]);
  expect([resultWord(row), changeOfRow(row), winner(row)]).toEqual([word, { from, to }, by]);
});

test('has no result where the side that won has nothing there', () => {
  const [row = never()] = rowsOf([
    layerOf('a', [decision('conflict', ['x'], { base: '1', current: '2' }, { resolvedBy: 'incoming' })]),
  ]);
  expect(winner(row)).toBe('none');
});

test('hides an own value for a secret, and only the secrets of one that holds more', () => {
  const secret = decision('conflict', ['auth', 'pass'], { current: '***', incoming: '***' }, { masked: true });
  expect(shownOwnValue('hunter2', secret, [])).not.toContain('hunter');
  expect(shownOwnValue('hunter2', decision('conflict', ['pin'], { current: '""' }), ['pin'])).not.toContain('hunter');
  const map = decision('conflict', ['auth'], { current: 'user: a', incoming: 'user: b' });
  expect(shownOwnValue('user: bob\npass: hunter2', map, [])).toMatch(/user: bob/);
  expect(shownOwnValue('user: bob\npass: hunter2', map, [])).not.toContain('hunter');
  expect(shownOwnValue('ours', decision('conflict', ['existingSecret'], { current: 'mine' }), [])).toBe('ours');
});

function never(): never {
  throw new Error('no row');
}

test('rows of a layer about which nothing is being saved stay the same', () => {
  const layers = [
    layerOf('a', [decision('conflict', ['x'], { base: '1', current: '2', incoming: '3' })]),
    layerOf('b', [decision('conflict', ['y'], { base: '1', current: '2', incoming: '3' })]),
  ];
  const before = reviewRows({ layers }, new Map());
  const meanwhile = reviewRows({ layers }, new Map([['a:x', { path: ['x'], take: 'incoming' as const }]]));
  expect(meanwhile.map(({ isPending }) => isPending)).toEqual([true, false]);
  expect(meanwhile[1]).toBe(before[1]);
  expect(reviewRows({ layers }, new Map())).toEqual(before);
});
