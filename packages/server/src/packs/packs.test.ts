import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createPackBundle } from '@sealift/bundle/create-pack';
import { readBundlePack } from '@sealift/bundle/pinned-content';
import { openBundle } from '@sealift/bundle/read';
import { uploadRelease } from '@sealift/bundle/upload';
import { outdatedPackListSchema, packPageSchema, packUsePageSchema } from '@sealift/core/api';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { imageBase, packBase } from '../catalogue/content-paths.ts';
import { pushRelease, vendorKey } from '../testing/push-release.ts';
import { RunningPlatform } from '../testing/running-platform.ts';

let platform: RunningPlatform;
let folder: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sealift-packs-api-'));
  platform = await RunningPlatform.start();
  const client = platform.registry();
  const common = { kubernetes: '1.26.10', upgradesFrom: '>=4.2.0 <9', cniValues: 'a: 1\n' };
  const dependencies = [{ packName: 'kubernetes', type: 'required', minVersion: '1.26.0', maxVersion: '' }];
  await pushRelease(client, { ...common, version: '4.2.12', cniConstraints: { dependencies } });
  await pushRelease(client, { ...common, version: '4.2.13' });
  client.close();
  await pushOwn('4.3.0');
}, 60_000);
afterAll(async () => {
  await platform.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** Releases a version of calico by itself, as its bundle does. */
async function pushOwn(version: string): Promise<void> {
  const pack = join(folder, `calico-${version}`);
  mkdirSync(pack);
  const packJson = {
    name: 'calico',
    displayName: 'Calico itself',
    version,
    layer: 'cni',
  };
  writeFileSync(join(pack, 'pack.json'), JSON.stringify(packJson));
  writeFileSync(join(pack, 'values.yaml'), 'a: 2\n');
  const { bundle: written } = await createPackBundle({
    pack,
    images: [],
    elsewhere: [],
    folder,
    secretKey: vendorKey,
    executables: [],
    sealift: '0.1.0',
  });
  await using bundle = await openBundle(written?.path ?? '', { trustedKeys: [vendorKey.publicKey] });
  const client = platform.registry();
  const places = { packs: { client, base: packBase }, images: { client, base: imageBase } };
  await uploadRelease({ bundle, ...places, release: await readBundlePack(bundle) });
  client.close();
}

const read = async (path: string): Promise<unknown> => (await platform.call('GET', path)).body;

describe('the packs of the catalogue', () => {
  it('are none before a sync, and nothing is said of what is in use before a release is adopted', async () => {
    expect(await read('/packs')).toEqual({ packs: [], next: null });
    await platform.sync();
    expect(await read('/packs/outdated')).toEqual({ inUse: null, leftOut: 0, packs: [] });
  });

  it('are listed with the bundles that hold each version, and what is in use', async () => {
    const before = packPageSchema.parse(await read('/packs'));
    expect(before.packs.map(({ name }) => name)).toEqual(['calico', 'kubernetes', 'ubuntu']);
    expect(before.packs.flatMap(({ versions }) => versions).some(({ inUse }) => inUse)).toBe(false);
    await platform.call('POST', '/platform/adopt', { version: '4.2.12' });
    const [calico] = packPageSchema.parse(await read('/packs')).packs;
    expect(calico).toMatchObject({ displayName: 'Calico itself', layer: 'cni' });
    expect(
      calico?.versions.map(({ version, inUse, sources }) => [version, inUse, sources.map(({ bundle }) => bundle)]),
    ).toEqual([
      ['4.3.0', false, ['airgap-pack-calico-4.3.0.bin']],
      ['4.2.13', false, ['airgap-v4.2.13.bin']],
      ['4.2.12', true, ['airgap-v4.2.12.bin']],
    ]);
    expect(packPageSchema.parse(await read('/packs?after=kubernetes')).packs.map(({ name }) => name)).toEqual([
      'ubuntu',
    ]);
  });

  it('are outdated where one in use has newer versions', async () => {
    const { inUse, packs } = outdatedPackListSchema.parse(await read('/packs/outdated'));
    expect(inUse).toBe(3);
    expect(packs.map(({ pack, version, newer }) => [pack, version, newer.map((one) => one.version)])).toEqual([
      ['calico', '4.2.12', ['4.3.0', '4.2.13']],
    ]);
  });

  it('tell what uses them', async () => {
    const { uses, next } = packUsePageSchema.parse(await read('/packs/calico/uses'));
    expect(next).toBeNull();
    expect(uses).toEqual([
      { kind: 'layer', layer: 'cni', version: '4.2.12', customised: false },
      { kind: 'release', product: 'Harbor View', release: '4.2.13', version: '4.2.13', installed: false },
      { kind: 'release', product: 'Harbor View', release: '4.2.12', version: '4.2.12', installed: true },
    ]);
    const behindLayers = Buffer.from(JSON.stringify([0, 'cni'])).toString('base64url');
    expect(packUsePageSchema.parse(await read(`/packs/calico/uses?after=${behindLayers}`)).uses).toEqual(uses.slice(1));
    expect(await platform.call('GET', '/packs/calico/uses?after=2')).toMatchObject({
      body: { code: 'INPUT_INVALID', place: 'querystring.after' },
    });
    expect(packUsePageSchema.parse(await read('/packs/kubernetes/uses')).uses.slice(0, 2)).toEqual([
      { kind: 'layer', layer: 'k8s', version: '1.26.10', customised: false },
      { kind: 'dependency', pack: 'calico', version: '4.2.12', type: 'required', versions: '>=1.26.0' },
    ]);
    expect(await platform.call('GET', '/packs/unheard-of/uses')).toMatchObject({
      status: 404,
      body: { code: 'PACK_UNKNOWN' },
    });
  });

  it('are not vouched for any more once the key is revoked that signed them', async () => {
    await platform.call('DELETE', `/trusted-keys/${vendorKey.publicKey.keyId}`);
    expect(await read('/packs')).toEqual({ packs: [], next: null });
    expect(outdatedPackListSchema.parse(await read('/packs/outdated'))).toMatchObject({
      inUse: 3,
      leftOut: 3,
      packs: [],
    });
  });

  it('are shown to nobody who is not signed in', async () => {
    const answer = await fetch(`${platform.console.url}/api/v1/packs`);
    expect(answer.status).toBe(401);
  });
});
