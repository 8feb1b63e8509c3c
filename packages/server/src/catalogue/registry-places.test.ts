import { inTurn } from '@sealift/io/in-turn';
import { type Digest, digestOf } from '@sealift/oci/digest';
import { beforeEach, describe, expect, it } from 'vitest';
import { sharedStore } from '../testing/shared-store.ts';
import { otherRegistry, type Place, refuseConflict, registryConflicts, writePlaces } from './registry-places.ts';

const store = sharedStore();
const digest = (text: string): Digest => digestOf(text);
const place = (version: string, text: string, kind: Place['kind'] = 'release'): Place => ({
  kind,
  name: 'Harbor View',
  version,
  digest: digest(text),
});

beforeEach(async () => {
  const { db } = store();
  await db.deleteFrom('registry_content').execute();
  for (const name of ['one', 'two']) {
    await db
      .insertInto('pack_registry')
      .values({ name, base: '', embedded: false, sync: '' })
      .onConflict((conflict) => conflict.doNothing())
      .execute();
  }
});

const held = async (registry: string): Promise<string[]> => {
  const rows = await store()
    .db.selectFrom('registry_content')
    .selectAll()
    .where('registry', '=', registry)
    .orderBy('version')
    .execute();
  return rows.map(({ kind, version, digest: found }) => `${kind} ${version} ${found}`);
};

describe('what a registry was found to hold', () => {
  it('is written down as it is now, whatever was there before', async () => {
    const { db } = store();
    const many = Array.from({ length: 450 }, (_, index) => place(`1.0.${index}`, `${index}`, 'pack'));
    await writePlaces({ db, storing: inTurn() }, 'one', many);
    expect(await held('one')).toHaveLength(450);
    const now = [place('1.0.0', 'another', 'pack'), place('1.0.7', '7', 'pack'), place('2.0.0', 'new')];
    await writePlaces({ db, storing: inTurn() }, 'one', now);
    await writePlaces({ db, storing: inTurn() }, 'two', []);
    expect(await held('one')).toEqual(now.map(({ kind, version, digest: found }) => `${kind} ${version} ${found}`));
    await writePlaces({ db, storing: inTurn() }, 'one', []);
    expect(await held('one')).toEqual([]);
  });

  it('tells which other registry holds the same, and which versions are different content', async () => {
    const { db } = store();
    await writePlaces({ db, storing: inTurn() }, 'one', [place('1.0.0', 'a'), place('1.1.0', 'same')]);
    await writePlaces({ db, storing: inTurn() }, 'two', [place('1.0.0', 'b'), place('1.1.0', 'same')]);
    expect(await otherRegistry(db, 'two', place('1.0.0', 'a'))).toBe('one');
    expect(await otherRegistry(db, 'one', place('1.0.0', 'a'))).toBeUndefined();
    expect(await registryConflicts(db)).toEqual([
      {
        kind: 'release',
        name: 'Harbor View',
        version: '1.0.0',
        places: [
          { registry: 'one', digest: digest('a'), inCatalogue: false },
          { registry: 'two', digest: digest('b'), inCatalogue: false },
        ],
      },
    ]);
    await expect(refuseConflict(db, 'Harbor View', '1.0.0')).rejects.toMatchObject({
      code: 'RELEASE_IN_TWO_REGISTRIES',
      message: `1.0.0 is in one as ${digest('a')} and in two as ${digest('b')}`,
    });
    await refuseConflict(db, 'Harbor View', '1.1.0');
    await refuseConflict(db, 'Harbor View', '9.9.9');
  });
});
