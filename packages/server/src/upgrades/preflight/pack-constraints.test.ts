import type { Plan } from '@sealift/core/upgrade';
import { expect, it } from 'vitest';
import type { MergedLayerRow } from '../../merging/layer-merge.ts';
import { sharedStore } from '../../testing/shared-store.ts';
import { constraintsMet } from './pack-constraints.ts';

const store = sharedStore();
const plan = { hops: [{ to: '4.2.13' }] } as unknown as Plan;

const layer = (digest: string) => ({ row: { hop: 0, to_digest: digest } }) as unknown as MergedLayerRow;
const look = (...digests: string[]) => constraintsMet(store().db, plan, digests.map(layer));

async function known(name: string, version: string, dependencies: readonly object[] = []): Promise<void> {
  const text = { name, version, displayName: name, layer: 'addon', constraints: { dependencies } };
  const columns = {
    layer: 'addon',
    display_name: name,
    archive_digest: '',
    values_yaml: '',
    schema: null,
    presets: null,
  };
  await store()
    .db.insertInto('catalogue_pack')
    .values({ digest: `${name} ${version}`, name, version, pack_json: JSON.stringify(text), ...columns })
    .execute();
}

it('stops an upgrade whose packs do not fit together, and says which; a person may accept it', async () => {
  await known('kubernetes', '1.26.8');
  await known('calico', '3.26.1', [{ packName: 'kubernetes', type: 'required', minVersion: '1.26.9' }]);
  expect(await look('kubernetes 1.26.8')).toMatchObject({ name: 'pack-constraints', outcome: 'pass' });
  const reason = 'calico 3.26.1 needs kubernetes from 1.26.9 on, and there is 1.26.8';
  expect(await look('kubernetes 1.26.8', 'calico 3.26.1')).toMatchObject({
    outcome: 'block',
    detail: reason,
    risk: { objects: [reason] },
  });
});

it('says what it does not know', async () => {
  await known('kubernetes', '1.26.8');
  const found = await look('kubernetes 1.26.8', 'gone 1.0.0');
  expect([found.outcome, found.detail]).toEqual(['warn', expect.stringContaining('1 packs')]);
});
