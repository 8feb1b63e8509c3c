import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { smallImage, writeSmallRelease } from '@sealift/testkit/small-release';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createPackBundle } from '../create/create-pack-bundle.ts';
import { generateKeyPair } from '../minisign/keys.ts';
import { type Bundle, openBundle } from '../read/open-bundle.ts';
import { readBundlePack } from './pinned-content.ts';

describe('the marker in a pack bundle', () => {
  const secretKey = generateKeyPair();
  let folder: string;
  let bundle: Bundle;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'sealift-pinned-'));
    await writeSmallRelease(folder);
    const output = join(folder, 'pack.bin');
    const images = [`oci:./images:${smallImage}`];
    const given = {
      pack: 'packs/cni-calico-3.26.1',
      images,
      elsewhere: [],
      folder,
      output,
      secretKey,
      executables: [],
    };
    await createPackBundle(given);
    bundle = await openBundle(output, { trustedKeys: [secretKey.publicKey] });
  });
  afterAll(async () => {
    await bundle.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it('is read with the key that signed the bundle', async () => {
    expect((await readBundlePack(bundle)).packRelease.pack).toMatchObject({ name: 'cni-calico', version: '3.26.1' });
    const stranger = generateKeyPair().publicKey;
    await expect(readBundlePack({ ...bundle, key: stranger })).rejects.toMatchObject({
      code: 'SIGNATURE_KEY_UNTRUSTED',
    });
  });

  it.each([{ product: 'cilium' }, { version: '3.26.2' }])(
    'is of the pack that the bundle names, not %o',
    async (other) => {
      const renamed = { ...bundle, manifest: { ...bundle.manifest, ...other } };
      await expect(readBundlePack(renamed)).rejects.toMatchObject({ code: 'RELEASE_MARKER_INVALID' });
    },
  );

  it('is there once', async () => {
    const { manifests } = bundle.index;
    for (const changed of [[], [...manifests, ...manifests]]) {
      const spoiled = { ...bundle, index: { ...bundle.index, manifests: changed } };
      await expect(readBundlePack(spoiled)).rejects.toMatchObject({ code: 'BUNDLE_CONTENT_MISSING' });
    }
  });
});
