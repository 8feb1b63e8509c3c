import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generateKeyPair, type PublicKey } from '@sealift/bundle/minisign';
import { SealiftError } from '@sealift/core/errors';
import { inTurn } from '@sealift/io/in-turn';
import type { Digest } from '@sealift/oci/digest';
import { catalogRepository } from '@sealift/oci/reference';
import { RegistryStorage } from '@sealift/registry/storage';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sharedStore } from '../testing/shared-store.ts';
import { storePack } from '../testing/store-pack.ts';
import type { CatalogueContent } from './catalogue-content.ts';
import { packBase } from './content-paths.ts';
import { KnownCatalogue } from './known-catalogue.ts';
import { ProvenMarkers } from './proven-markers.ts';
import { absent, listMarkers, lookAgain, readMarkers, readPacks } from './read-content.ts';
import { type Elsewhere, takeMarkers } from './take-markers.ts';

const vendor = generateKeyPair();
const store = sharedStore();
let folder: string;
let storage: RegistryStorage;
let proven: ProvenMarkers;
/** The tags whose markers were read in full. */
let read: string[];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sealift-take-'));
  storage = await RegistryStorage.open(folder);
  proven = new ProvenMarkers();
});
afterEach(async () => {
  storage.close();
  await rm(folder, { recursive: true, force: true });
});

/** The same as the threads do, here. */
function content(): CatalogueContent {
  const place = { folder, base: packBase };
  return {
    markers: () => Promise.resolve(listMarkers(place)),
    lookAgain: (markers) => Promise.resolve(lookAgain({ ...place, markers })),
    absent: (pins) => Promise.resolve(absent({ ...place, pins })),
    readMarkers: (tags, keys) => {
      read.push(...tags);
      return readMarkers({ ...place, tags, keys });
    },
    readPacks: (packs) => readPacks({ ...place, packs }),
  };
}

/** No other registry holds anything. */
const elsewhere: Elsewhere = {
  missing: (pins) => Promise.resolve(pins.map(({ what }) => what)),
  readPack: ({ name }) => Promise.reject(new SealiftError('REGISTRY_NOT_FOUND', { values: { what: name } })),
};

/** What a sync finds: how many are new, how many are not, and the codes of those that are refused. */
async function sync(keys: readonly PublicKey[] = [vendor.publicKey]) {
  const { db } = store();
  read = [];
  const known = await KnownCatalogue.read(db);
  const taken = await takeMarkers(
    { db, registry: 'spectro-packs', content: content(), elsewhere, known, keys, proven, storing: inTurn() },
    listMarkers({ folder, base: packBase }),
  );
  const isNew = taken.flatMap((one) => ('isNew' in one ? [one.isNew] : []));
  const refused = taken.flatMap((one) => ('refused' in one ? [`${one.refused.name} ${one.refused.code}`] : []));
  return { added: isNew.filter(Boolean).length, kept: isNew.filter((one) => !one).length, refused };
}

const namesOf = async (table: 'catalogue_pack' | 'catalogue_pack_release'): Promise<string[]> =>
  (await store().db.selectFrom(table).select('name').orderBy('name').execute()).map(({ name }) => name);

const damage = (digest: Digest, text: string): Promise<void> =>
  writeFile(join(folder, 'blobs/sha256', digest.slice('sha256:'.length)), text);

describe('a sync of packs', () => {
  it('takes each once, and reads none again that is what it was', async () => {
    for (const name of ['a', 'b', 'c']) await storePack(storage, vendor, { name });
    expect(await sync()).toEqual({ added: 3, kept: 0, refused: [] });
    expect(await namesOf('catalogue_pack')).toEqual(['a', 'b', 'c']);
    expect(await sync()).toEqual({ added: 0, kept: 3, refused: [] });
    expect(read).toEqual([]);
    await storePack(storage, vendor, { name: 'd' });
    expect(await sync()).toEqual({ added: 1, kept: 3, refused: [] });
    expect(read).toEqual(['pack-d-1.0.0']);
  });

  it('notices that a pack went, that its archive was cut, that its manifest was changed', async () => {
    const packs = [];
    for (const name of ['a', 'b', 'c', 'd']) packs.push(await storePack(storage, vendor, { name }));
    await sync();
    const [a, b, c] = packs;
    if (a === undefined || b === undefined || c === undefined) throw new Error('no packs');
    await storage.manifests.remove(a.repository, a.digest);
    await damage(b.archive, 'short');
    await damage(c.digest, '{}');
    const refused = ['a', 'b', 'c'].map((name) => `pack-${name}-1.0.0 RELEASE_INCOMPLETE`);
    expect(await sync()).toEqual({ added: 0, kept: 1, refused });
  });

  it('notices that a tag went, or stands for other content, and keeps what it has', async () => {
    await storePack(storage, vendor, { name: 'a' });
    await storePack(storage, vendor, { name: 'b' });
    await sync();
    await storage.manifests.removeTag(catalogRepository(packBase), 'pack-a-1.0.0');
    await storePack(storage, vendor, { name: 'b', values: 'a: 2\n' });
    expect(await sync()).toEqual({ added: 0, kept: 0, refused: ['pack-b-1.0.0 RELEASE_CHANGED'] });
    expect(await namesOf('catalogue_pack_release')).toEqual(['a', 'b']);
    expect(await namesOf('catalogue_pack')).toEqual(['a', 'b']);
  });

  it('notices that the marker itself was changed', async () => {
    await storePack(storage, vendor, { name: 'a' });
    await sync();
    const marker = await storage.manifests.tagged(catalogRepository(packBase), 'pack-a-1.0.0');
    await damage(marker as Digest, '{}');
    expect((await sync()).refused).toEqual(['pack-a-1.0.0 STORAGE_DAMAGED']);
  });

  it('takes nothing by a key that is trusted no longer, though it was verified before', async () => {
    await storePack(storage, vendor, { name: 'a' });
    await sync();
    const other = generateKeyPair();
    expect((await sync([other.publicKey])).refused).toEqual(['pack-a-1.0.0 SIGNATURE_KEY_UNTRUSTED']);
    expect(await sync()).toEqual({ added: 0, kept: 1, refused: [] });
  });

  it('verifies anew what another process took, and what is no longer in the catalogue', async () => {
    await storePack(storage, vendor, { name: 'a' });
    await sync();
    proven = new ProvenMarkers();
    expect(await sync()).toEqual({ added: 0, kept: 1, refused: [] });
    expect(read).toEqual(['pack-a-1.0.0']);
    await store().db.deleteFrom('catalogue_pack').execute();
    expect(await sync()).toEqual({ added: 0, kept: 1, refused: [] });
    expect(await namesOf('catalogue_pack')).toEqual(['a']);
  });

  it('refuses a pack whose archive is another, and takes the ones beside it', async () => {
    const bad = await storePack(storage, vendor, { name: 'a' });
    await storePack(storage, vendor, { name: 'b' });
    const size = (await storage.blobs.size(bad.repository, bad.archive)) ?? 0;
    await damage(bad.archive, 'x'.repeat(size));
    expect(await sync()).toEqual({ added: 1, kept: 0, refused: ['pack-a-1.0.0 CONTENT_DIGEST_MISMATCH'] });
    expect(await namesOf('catalogue_pack')).toEqual(['b']);
    expect(await namesOf('catalogue_pack_release')).toEqual(['b']);
  });
});
