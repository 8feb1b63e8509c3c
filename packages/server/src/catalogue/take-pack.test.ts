import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createPackBundle } from '@sealift/bundle/create-pack';
import { generateKeyPair, type SecretKey } from '@sealift/bundle/minisign';
import { readBundlePack } from '@sealift/bundle/pinned-content';
import { openBundle } from '@sealift/bundle/read';
import { smallImage, writeSmallRelease } from '@sealift/testkit/small-release';
import { uploadRelease } from '@sealift/bundle/upload';
import { catalogRepository } from '@sealift/oci/reference';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { imageBase, packBase } from './content-paths.ts';
import { vendorKey } from '../testing/push-release.ts';
import { RunningPlatform } from '../testing/running-platform.ts';

let folder: string;
let platform: RunningPlatform;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sealift-take-pack-'));
  await writeSmallRelease(folder);
  platform = await RunningPlatform.start();
}, 60_000);
afterAll(async () => {
  await platform.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** Makes the bundle of a pack and uploads it, as running it does. */
async function upload(pack: string, secretKey: SecretKey): Promise<void> {
  const images = [`oci:./images:${smallImage}`];
  const common = { images, elsewhere: [], folder, secretKey, executables: [], output: `${pack}.bin` };
  const { bundle: written } = await createPackBundle({ pack: `packs/${pack}`, ...common });
  await using bundle = await openBundle(written?.path ?? '', { trustedKeys: [secretKey.publicKey] });
  const client = platform.registry();
  const places = { packs: { client, base: packBase }, images: { client, base: imageBase } };
  await uploadRelease({ bundle, ...places, release: await readBundlePack(bundle) });
  client.close();
}

describe('a pack released by itself', () => {
  it('is taken into the catalogue when its signature holds, once', async () => {
    await upload('cni-calico-3.26.1', vendorKey);
    const first = '0 releases in the catalogue, 0 new; 1 pack of its own in the catalogue, 1 new';
    expect((await platform.sync()).message).toBe(first);
    expect((await platform.sync()).message).toBe(first.replace('1 new', '0 new'));
  }, 30_000);

  it('is refused by name when its key is not trusted, or its tag is that of another', async () => {
    await upload('kubernetes-1.26.10', generateKeyPair());
    const client = platform.registry();
    const repository = catalogRepository(packBase);
    const { bytes, mediaType } = await client.getManifest(repository, 'pack-cni-calico-3.26.1');
    await client.putManifest(repository, 'pack-cni-calico-9', mediaType, bytes);
    client.close();
    const { message, refused } = await platform.sync();
    expect(message).toMatch(
      /^0 releases in the catalogue, 0 new; 1 pack of its own in the catalogue, 0 new; 2 refused$/,
    );
    expect(refused.map(({ name, code }: { name: string; code: string }) => [name, code])).toEqual([
      ['pack-cni-calico-9', 'RELEASE_MARKER_INVALID'],
      ['pack-kubernetes-1.26.10', 'SIGNATURE_KEY_UNTRUSTED'],
    ]);
  }, 30_000);
});
