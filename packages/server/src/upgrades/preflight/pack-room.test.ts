import type { LayerMove } from '@sealift/site/layer-move';
import { hashOfValues } from '@sealift/upgrade/frozen';
import { expect, it } from 'vitest';
import { sharedStore } from '../../testing/shared-store.ts';
import { packRoom } from './pack-room.ts';

const store = sharedStore();

async function known(version: string, minLimit: number): Promise<void> {
  const components = [{ scheduleType: 'all', resourceRequestParamRef: 'cpu' }];
  const constraints = { resources: [{ type: 'cpu', minLimit, components }] };
  const text = { name: 'shop', version, displayName: 'Shop', layer: 'addon', constraints };
  const columns = {
    layer: 'addon',
    display_name: 'Shop',
    archive_digest: '',
    values_yaml: '',
    schema: null,
    presets: null,
  };
  await store()
    .db.insertInto('catalogue_pack')
    .values({ digest: `shop ${version}`, name: 'shop', version, pack_json: JSON.stringify(text), ...columns })
    .execute();
}

const layer = (version: string, values = '') => ({
  layer: 'addon' as const,
  pack: 'shop',
  version,
  digest: `shop ${version}`,
  values,
  valuesHash: hashOfValues(values),
  profile: new Map(),
  release: '',
});
const look = async (move: Partial<LayerMove>) => {
  const moves: LayerMove[] = [
    { layer: 'addon', pack: 'shop', doing: 'apply', now: undefined, next: undefined, ...move },
  ];
  return (await packRoom(store().db, moves)).map(({ amount }) => amount);
};

it('asks for what a layer needs more than it has: a new one for all, a changed one for the difference, by its values', async () => {
  await known('1', 500);
  await known('2', 800);
  expect(await look({ next: layer('2') })).toEqual([0.8]);
  expect(await look({ now: layer('1'), next: layer('2', 'cpu: "2"') })).toEqual([1.5]);
  expect(await look({ now: layer('2'), next: layer('2', 'cpu: "2"') })).toEqual([1.2]);
  expect(await look({ now: layer('2'), next: layer('1') })).toEqual([]);
  expect(await look({ now: layer('2') })).toEqual([]);
});

it('asks for nothing of which nothing is known', async () => {
  await known('1', 500);
  expect(await look({ next: layer('9') })).toEqual([]);
  expect(await look({ now: layer('9'), next: layer('1') })).toEqual([]);
});
