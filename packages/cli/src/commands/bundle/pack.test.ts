import { appendFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { smallImage, writeSmallRelease } from '@sealift/testkit/small-release';
import { RegistryClient } from '@sealift/oci/registry-client';
import { type DockerRegistry, startDockerRegistry } from '@sealift/testkit/docker-registry';
import { peer } from '@sealift/testkit/peers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { run } from '../../program.ts';
import { testContext } from '../../testing/test-context.ts';

const dockerRegistry = peer('docker-registry');

describe.skipIf(dockerRegistry.missing)(`pack bundles by command line (${dockerRegistry.remedy})`, () => {
  let folder: string;
  let registry: DockerRegistry;
  let pack: string;
  let images: string;
  let output: string;

  beforeAll(async () => {
    registry = await startDockerRegistry(dockerRegistry);
    folder = mkdtempSync(join(tmpdir(), 'sealift-cli-pack-'));
    for (const name of ['trusted', 'release']) mkdirSync(join(folder, name));
    await sealift('keys', 'generate', '--out', join(folder, 'vendor'));
    await sealift('keys', 'trust', join(folder, 'vendor.pub'));
    await writeSmallRelease(join(folder, 'release'));
    pack = join(folder, 'release/packs/cni-calico-3.26.1');
    images = `oci:${join(folder, 'release/images')}:${smallImage}`;
    output = join(folder, 'airgap-pack-cni-calico-3.26.1.bin');
  });
  afterAll(async () => {
    await registry?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  /** Runs a command in this process. */
  async function sealift(...args: readonly string[]) {
    const { context, written } = testContext({
      env: {
        HOME: folder,
        SEALIFT_BIN_DIR: join(folder, 'bin'),
        SEALIFT_TRUSTED_KEYS: join(folder, 'trusted'),
        OCI_PACK_REGISTRY: registry.registry,
        OCI_PACK_BASE: 'site',
        OCI_IMAGE_REGISTRY: registry.registry,
        OCI_IMAGE_BASE: 'site/images',
      },
    });
    const code = await run(args, context);
    return { code, out: written.out.join('\n'), notes: written.notes.join('\n') };
  }

  const create = (...more: readonly string[]) =>
    sealift('bundle', 'create', '--pack', pack, '--key', join(folder, 'vendor.key'), '-o', output, ...more);

  it('says what is missing, and what it would hold', async () => {
    const missing = await create('--dry-run');
    expect([missing.code, missing.notes]).toEqual([
      2,
      expect.stringContaining(`${smallImage}, named by pack cni-calico`),
    ]);
    expect((await create('--dry-run', '--elsewhere', smallImage)).code).toBe(0);
    const whole = await create('--dry-run', '--image', images);
    expect(whole.out).toMatch(
      /^pack {3}cni-calico:3\.26\.1 {2}\d+ bytes {2}\/.*\nimage {2}docker\.io\/kindest\/kindnetd/,
    );
    expect(whole.out).toContain('The pack cni-calico 3.26.1 is complete: 1 images. Nothing was written.');
    const named = await create(
      '--dry-run',
      '--json',
      '--image',
      `other.example/x:1=${images}`,
      '--elsewhere',
      smallImage,
    );
    expect(JSON.parse(named.out)).toMatchObject({
      bundle: null,
      packRelease: { pack: { name: 'cni-calico' }, images: [{ name: 'other.example/x:1' }] },
      content: { images: [{ source: images }] },
      unchecked: { uncertain: [] },
    });
  });

  it('is a bundle like any other, and is uploaded with its marker last', async () => {
    const created = await create('--no-bring-sealift', '--image', images);
    expect(created.code).toBe(0);
    expect(statSync(output).mode & 0o111).not.toBe(0);
    expect((await sealift('bundle', 'verify', output)).out).toContain('is whole: pack cni-calico 3.26.1');
    expect((await sealift('bundle', 'inspect', output)).out).toContain('the pack cni-calico 3.26.1');
    const ran = await sealift('bundle', 'run', output);
    expect(ran).toEqual({
      code: 0,
      notes: '',
      out: `Verifying archive integrity...  100%   SHA256 checksums are OK. All good.
Uncompressing Airgap Pack - cni-calico Version 3.26.1  100%
Setting up CLI
Setting up Manifests
Setting up Packs
- Pushing Pack cni-calico:3.26.1
Setting up Images
- Pushing image ${smallImage}
Setup Completed`,
    });
    const client = new RegistryClient({ registry: registry.registry, plainHttp: true });
    expect(await client.listTags('site/sealift-catalog')).toEqual(['pack-cni-calico-3.26.1']);
    expect(await client.listTags('site/spectro-packs/archive/cni-calico')).toEqual(['3.26.1']);
    client.close();
  });

  it('takes a pack and an image out of a registry, byte for byte the same', async () => {
    const first = readFileSync(output);
    const source = `docker://${registry.registry}/site/spectro-packs/archive/cni-calico:3.26.1`;
    const image = `${smallImage}=docker://${registry.registry}/site/images/${smallImage}`;
    const key = join(folder, 'vendor.key');
    const again = join(folder, 'again.bin');
    const args = ['bundle', 'create', '--pack', source, '--image', image, '--key', key, '--no-bring-sealift'];
    expect(await sealift(...args, '-o', again)).toMatchObject({ code: 0 });
    expect(readFileSync(again).equals(first)).toBe(true);
  });

  it('refuses a marker that would move', async () => {
    appendFileSync(join(pack, 'values.yaml'), '# changed\n');
    await create('--no-bring-sealift', '--image', images);
    expect((await sealift('bundle', 'run', output)).notes).toContain('REGISTRY_TAG_TAKEN');
  });

  it.each([
    [[], 'neither'],
    [['--pack', 'a', '-f', 'b'], 'both'],
    [['-f', 'b'], '--output'],
    [['--pack', 'a', '--base', 'b'], '--base is for releases'],
    [['-f', 'b', '-o', 'c', '--image', 'd'], 'are for --pack'],
  ])('refuses the options %j', async (options, reason) => {
    const { code, notes } = await sealift('bundle', 'create', '--key', 'x', ...options);
    expect([code, notes]).toEqual([1, expect.stringContaining(reason)]);
  });
});
