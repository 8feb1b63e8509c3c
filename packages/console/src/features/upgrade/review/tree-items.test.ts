import { expect, test } from 'vitest';
import { reviewRows } from './review-rows.ts';
import { filterRows } from './search-rows.ts';
import { decision, layerOf } from './testing/sample-review.ts';
import {
  groupKey,
  imagesKey,
  openedAtFirst,
  opensTo,
  toggled,
  type TreeItem,
  treeItems,
  withMore,
} from './tree-items.ts';

const bump = (...path: string[]) => decision('taken-incoming', path, { current: 'a:1', incoming: 'a:2' });
const layer = layerOf('a', [
  decision('conflict', ['x'], { current: '2', incoming: '3' }),
  bump('web', 'image'),
  bump('web', 'image', 'tag'),
  bump('release', 'tag'),
  bump('replicas'),
]);
const rows = reviewRows({ layers: [layer] }, new Map());
const keys = (items: readonly TreeItem[]) => items.map(({ key }) => key);

test('shows at first what needs a person and what was kept, and keeps what the release brings together', () => {
  expect(keys(treeItems(rows, openedAtFirst))).toEqual([groupKey('needs-you'), 'a:x', groupKey('release')]);
});

test('says that nothing needs a person by a group that is empty', () => {
  expect(keys(treeItems([], openedAtFirst))).toEqual([groupKey('needs-you')]);
});

test('puts new images on one line, which opens; a tag that is not of an image stands by itself', () => {
  const opened = toggled(openedAtFirst, groupKey('release'));
  const closed = keys(treeItems(rows, opened)).slice(2);
  expect(closed).toEqual([groupKey('release'), 'a:release.tag', 'a:replicas', imagesKey]);
  expect(keys(treeItems(rows, toggled(opened, imagesKey))).slice(-2)).toEqual(['a:web.image', 'a:web.image.tag']);
});

test('says of each line its place among those it stands with', () => {
  const items = treeItems(rows, toggled(toggled(openedAtFirst, groupKey('release')), imagesKey));
  expect(items.flatMap((one) => (one.kind === 'row' ? [[one.key, one.level, one.position, one.size]] : []))).toEqual([
    ['a:x', 2, 1, 1],
    ['a:release.tag', 2, 1, 3],
    ['a:replicas', 2, 2, 3],
    ['a:web.image', 3, 1, 2],
    ['a:web.image.tag', 3, 2, 2],
  ]);
});

const many = Array.from({ length: 400 }, (_, index) =>
  decision('kept-custom', [`k${index}`], { base: '1', current: '2' }),
);
const manyRows = reviewRows({ layers: [layerOf('m', many)] }, new Map());

test('shows very many rows in parts, and says how many are left', () => {
  const first = treeItems(manyRows, openedAtFirst);
  expect(first.at(-1)).toMatchObject({ kind: 'more', left: 250 });
  const second = treeItems(manyRows, withMore(openedAtFirst, groupKey('kept')));
  expect(second.at(-1)).toMatchObject({ kind: 'more', left: 100 });
  expect(treeItems(manyRows, withMore(withMore(openedAtFirst, groupKey('kept')), groupKey('kept')))).toHaveLength(402);
});

test.each(['a:web.image', 'a:replicas', 'm:k399'])('opens as far as it takes to see %s', (key) => {
  const all = [...rows, ...manyRows];
  expect(keys(treeItems(all, openedAtFirst))).not.toContain(key);
  expect(keys(treeItems(all, opensTo(all, openedAtFirst, key)))).toContain(key);
});

test('finds rows by words of path, layer, value and result, all of which have to be there', () => {
  const found = (search: string, of?: string) => filterRows([...rows, ...manyRows], { layer: of, search }).length;
  expect(found('IMAGE')).toBe(2);
  expect(found('image tag')).toBe(1);
  expect(found('a:2 web')).toBe(2);
  expect(found('open')).toBe(1);
  expect(found('', 'm')).toBe(400);
  expect(found('k399', 'm')).toBe(1);
  expect(found('nowhere')).toBe(0);
});
