import { sql } from 'kysely';
import { beforeEach, expect, it } from 'vitest';
import { sharedStore } from '../testing/shared-store.ts';
import { installedProfile } from './installed.ts';
import { profileView } from './profile-view.ts';

const store = sharedStore();

beforeEach(async () => {
  const { db } = store();
  const profile = { id: 1, product: 'P', version: '1', release_digest: 'd', revision: 1, recorded_by: 'me' };
  await db.insertInto('profile').values(profile).execute();
  const layer = {
    layer: 'cni',
    pack: 'calico',
    version: '1',
    digest: 'x',
    base_values: 'a: 1\n',
    current_values: 'a: 2\n',
  };
  await db
    .insertInto('profile_layer')
    .values({ position: 0, ...layer })
    .execute();
});

it('a layer is read once as long as nobody writes it', async () => {
  const first = await installedProfile(store().db);
  const second = await installedProfile(store().db);
  expect(second?.layers[0]).toBe(first?.layers[0]);
  expect(Object.isFrozen(first?.layers[0])).toBe(true);
});

it.each([
  ['changed', "update profile_layer set current_values = 'b: 1'"],
  ['changed and the revision was not', "update profile_layer set version = '2'"],
  ['removed', 'delete from profile_layer'],
  [
    'added',
    "insert into profile_layer select 1, layer, 'other', version, digest, base_values, current_values from profile_layer",
  ],
])('a layer that was %s is seen at once', async (_, statement) => {
  const { db } = store();
  const before = await profileView(db);
  await sql.raw(statement).execute(db);
  const rows = await db.selectFrom('profile_layer').selectAll().orderBy('position').execute();
  const seen = (await profileView(db)).layers;
  expect(seen).not.toEqual(before.layers);
  expect(seen.map(({ pack, version, currentValues }) => [pack, version, currentValues])).toEqual(
    rows.map((row) => [row.pack, row.version, row.current_values]),
  );
});

it('what is taken back with a transaction is not remembered', async () => {
  const { db } = store();
  await installedProfile(db);
  const undone = db.transaction().execute(async (trx) => {
    await trx.updateTable('profile_layer').set({ current_values: 'c: 1\n' }).execute();
    expect((await installedProfile(trx))?.layers[0]?.currentValues).toBe('c: 1\n');
    throw new Error('undone');
  });
  await expect(undone).rejects.toThrow('undone');
  expect((await installedProfile(db))?.layers[0]?.currentValues).toBe('a: 2\n');
});

it('customisations are counted anew where the presets of the pack are others', async () => {
  const { db } = store();
  expect((await profileView(db)).layers[0]).toMatchObject({
    customised: true,
    customisations: 1,
    displayName: 'calico',
  });
  const pack = { digest: 'x', name: 'calico', version: '1', layer: 'cni', display_name: 'Calico', archive_digest: 'y' };
  const texts = { pack_json: '{}', values_yaml: '', schema: null, presets: null };
  await db
    .insertInto('catalogue_pack')
    .values({ ...pack, ...texts })
    .execute();
  expect((await profileView(db)).layers[0]).toMatchObject({ customisations: 1, displayName: 'Calico' });
});
