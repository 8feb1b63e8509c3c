import { formatPublicKey, generateKeyPair, type SecretKey } from '@sealift/bundle/minisign';
import { makeReleaseFiles } from '@sealift/bundle/release-marker';
import { type Release, releaseSchema } from '@sealift/core/release';
import { mediaTypes } from '@sealift/oci/descriptor';
import { digestOf } from '@sealift/oci/digest';
import { sql } from 'kysely';
import { beforeEach, describe, expect, it } from 'vitest';
import { sharedStore } from '../testing/shared-store.ts';
import { installedRelease, releasesWithInstalled, storedRelease, storedReleases } from './stored-release.ts';
import { listTrustedKeys, revokeKey, trustedKeys, trustKey } from './trusted-keys.ts';

const actor = { name: 'test', address: 'local' };
const vendor = generateKeyPair();
const store = sharedStore();

beforeEach(async () => {
  await trust(vendor);
  await storeRelease(release('4.2.13'), vendor);
});

const trust = (key: SecretKey) =>
  store()
    .db.transaction()
    .execute((trx) => trustKey(trx, actor, formatPublicKey(key.publicKey)));

function release(version: string): Release {
  const digest = `sha256:${'a'.repeat(64)}`;
  return releaseSchema.parse({
    apiVersion: 'sealift.dev/v1',
    kind: 'Release',
    metadata: { product: 'Harborview', version },
    spec: {
      kubernetes: { version: '1.26.8', supported: '>=1.26' },
      layers: [{ layer: 'cni', pack: 'calico', version: '1', digest }],
      packs: [{ name: 'calico', version: '1', layer: 'cni', digest, sizeBytes: 1 }],
      images: [],
    },
  });
}

async function storeRelease(one: Release, key: SecretKey): Promise<void> {
  const { json, signature } = makeReleaseFiles(one, key);
  const layer = (mediaType: string, bytes: Buffer) => ({ mediaType, digest: digestOf(bytes), size: bytes.length });
  const manifest = JSON.stringify({
    schemaVersion: 2,
    mediaType: mediaTypes.manifest,
    artifactType: 'application/vnd.sealift.release.v1',
    config: layer(mediaTypes.empty, Buffer.from('{}')),
    layers: [
      layer('application/vnd.sealift.release.v1+json', json),
      layer('application/vnd.sealift.minisign.v1', signature),
    ],
  });
  await store()
    .db.insertInto('catalogue_release')
    .values({
      product: one.metadata.product,
      version: one.metadata.version,
      digest: digestOf(manifest),
      manifest,
      release: json.toString(),
      signature: signature.toString(),
      key_id: key.publicKey.keyId,
      synced_at: new Date(),
    })
    .execute();
}

describe('storedRelease', () => {
  it('gives the release as signed', async () => {
    expect(await storedRelease(store().db, '4.2.13')).toMatchObject({
      release: { metadata: { version: '4.2.13' } },
      keyId: vendor.publicKey.keyId,
    });
    expect(await storedReleases(store().db)).toHaveLength(1);
  });

  it.each([
    ['a changed release', "update catalogue_release set release = replace(release, '1.26.8', '1.26.9')"],
    ['a signature that is gone', "update catalogue_release set signature = ''"],
    ['a changed manifest', "update catalogue_release set manifest = replace(manifest, '2', '3')"],
    ['a changed digest', `update catalogue_release set digest = 'sha256:${'b'.repeat(64)}'`],
  ])('refuses %s, and lists do not show it', async (_what, statement) => {
    // It was verified before, as it was then.
    await storedRelease(store().db, '4.2.13');
    await sql.raw(statement).execute(store().db);
    await expect(storedRelease(store().db, '4.2.13')).rejects.toMatchObject({ code: 'RELEASE_ROW_TAMPERED' });
    expect(await storedReleases(store().db)).toEqual([]);
    const beside = await releasesWithInstalled(store().db, { product: 'Harborview', version: '4.2.13' });
    expect(beside).toEqual({ stored: [], installed: undefined });
  });

  it('refuses a genuine release that was put under another version', async () => {
    await sql.raw("update catalogue_release set version = '4.2.99'").execute(store().db);
    await expect(storedRelease(store().db, '4.2.99')).rejects.toMatchObject({ code: 'RELEASE_ROW_TAMPERED' });
  });

  it('refuses one whose key is trusted no longer, with the fingerprint', async () => {
    await store().db.deleteFrom('trusted_key').execute();
    const refused = storedRelease(store().db, '4.2.13');
    await expect(refused).rejects.toMatchObject({ code: 'SIGNATURE_KEY_UNTRUSTED' });
    await expect(refused).rejects.toThrow(vendor.publicKey.fingerprint);
  });
});

describe('revokeKey', () => {
  const revoke = (keyId: string) =>
    store()
      .db.transaction()
      .execute((trx) => revokeKey(trx, actor, keyId));
  const { keyId } = vendor.publicKey;

  it('takes and offers nothing more of what the key signed, and still reads what is installed', async () => {
    await revoke(keyId);
    await expect(storedRelease(store().db, '4.2.13')).rejects.toMatchObject({ code: 'SIGNATURE_KEY_UNTRUSTED' });
    expect(await storedReleases(store().db)).toEqual([]);
    expect(await trustedKeys(store().db)).toEqual([]);
    expect(await listTrustedKeys(store().db)).toEqual([]);
    expect(await installedRelease(store().db, '4.2.13', 'Harborview')).toMatchObject({ keyId });
    const deeds = await store().db.selectFrom('audit_entry').select(['action', 'subject']).execute();
    expect(deeds).toContainEqual({ action: 'trusted-key.revoke', subject: keyId });
  });

  it('does not make good what a key signed that was never trusted', async () => {
    await storeRelease(release('4.2.14'), generateKeyPair());
    await expect(installedRelease(store().db, '4.2.14', 'Harborview')).rejects.toMatchObject({
      code: 'SIGNATURE_KEY_UNTRUSTED',
    });
  });

  it('can be undone by trusting the key again, and is an error for one that is not trusted', async () => {
    await revoke(keyId);
    await expect(revoke(keyId)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await trust(vendor);
    expect(await listTrustedKeys(store().db)).toMatchObject([{ keyId }]);
    expect(await storedReleases(store().db)).toHaveLength(1);
  });
});

describe('trustKey', () => {
  it('changes nothing the second time', async () => {
    const first = await trust(vendor);
    expect(await trust(vendor)).toEqual(first);
    expect(await store().db.selectFrom('audit_entry').select('action').execute()).toHaveLength(1);
  });

  it('refuses what is no key, and another key under a known ID', async () => {
    const add = (text: string) =>
      store()
        .db.transaction()
        .execute((trx) => trustKey(trx, actor, text));
    await expect(add('hello')).rejects.toMatchObject({ code: 'KEY_FILE_INVALID' });
    const other = Buffer.from(generateKeyPair().publicKey.encoded, 'base64');
    Buffer.from(vendor.publicKey.encoded, 'base64').copy(other, 2, 2, 10);
    await expect(add(other.toString('base64'))).rejects.toMatchObject({
      code: 'INPUT_INVALID',
      place: 'body.publicKey',
    });
  });
});
