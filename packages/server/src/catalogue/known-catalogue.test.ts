import { inTurn } from '@sealift/io/in-turn';
import { expect, it } from 'vitest';
import { sharedStore } from '../testing/shared-store.ts';
import { KnownCatalogue } from './known-catalogue.ts';
import { storePacks } from './store-rows.ts';

const store = sharedStore();

it('knows every pack of a catalogue that is read in several pages', async () => {
  const digests = Array.from({ length: 4001 }, (_, index) => `sha256:${String(index).padStart(64, '0')}`);
  const row = { version: '1', layer: 'addon', display_name: '', archive_digest: '', pack_json: '{}', values_yaml: '' };
  await storePacks(
    { db: store().db, storing: inTurn() },
    digests.map((digest, index) => ({ ...row, digest, name: `p${index}`, schema: null, presets: null })),
  );
  const known = await KnownCatalogue.read(store().db);
  expect(digests.filter((digest) => !known.hasPack(digest))).toEqual([]);
  expect(known.hasPack(`sha256:${'f'.repeat(64)}`)).toBe(false);
});
