import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deflateSync, inflateSync } from 'node:zlib';
import type { CreatedBundle } from '@sealift/bundle/create';
import { openBundle } from '@sealift/bundle/read';
import { readBundleRelease, uploadRelease } from '@sealift/bundle/upload';
import { isSealiftError } from '@sealift/core/errors';
import { digestOf } from '@sealift/oci/digest';
import { RegistryClient } from '@sealift/oci/registry-client';
import { readBounded } from '@sealift/oci/verify-stream';
import { serveRegistry } from '@sealift/registry/serve';
import { startDockerRegistry } from '@sealift/testkit/docker-registry';
import { peer } from '@sealift/testkit/peers';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { describeDifferential } from './differential-summary.ts';
import { qemuImg, rebuiltDisk, RebuiltReleases, sampleDisk } from './testing/rebuilt-release.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

const dockerRegistry = peer('docker-registry');
const disk = sampleDisk(4 * 2 ** 20);

let folder: string;
let releases: RebuiltReleases;
let baseOva: Buffer;
let rebuiltOva: Buffer;
let differential: CreatedBundle;

describe.skipIf(qemuImg.missing)(`a node image that was made anew (${qemuImg.remedy})`, () => {
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'sealift-rebuilt-image-'));
    releases = new RebuiltReleases(folder);
    baseOva = await releases.ovaOf('base', disk);
    rebuiltOva = await releases.ovaOf('rebuilt', rebuiltDisk(disk));
    await releases.create('4.2.12', baseOva);
    differential = await releases.create('4.2.13', rebuiltOva, '4.2.12');
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  async function upload(client: RegistryClient, version: string): Promise<void> {
    const { trustedKeys } = releases;
    await using bundle = await openBundle(releases.bundleOf(version), { trustedKeys });
    const place = { packs: { client, base: 'site' }, images: { client, base: '' } };
    await uploadRelease({ bundle, ...place, release: await readBundleRelease(bundle) });
  }

  async function expectRebuilt(client: RegistryClient): Promise<void> {
    await upload(client, '4.2.12');
    await upload(client, '4.2.13');
    const digest = digestOf(rebuiltOva);
    const arrived = await readBounded(await client.openBlob('site/sealift-node-images', digest), 2 ** 24, digest);
    expect(arrived.equals(rebuiltOva)).toBe(true);
  }

  async function failureOf(work: Promise<unknown>): Promise<string> {
    const failure = await work.then(
      () => undefined,
      (error: unknown) => error,
    );
    return isSealiftError(failure) ? failure.code : String(failure);
  }

  it('is sent as what changed on its disk', () => {
    expect(differential.differential?.recipes).toHaveLength(1);
    expect(differential.differential?.disks).toEqual([
      { digest: digestOf(rebuiltOva), changedGrains: 64, keptGrains: 0 },
    ]);
    expect((differential.bundle?.sizeBytes ?? 0) - 65_536).toBeLessThan(rebuiltOva.length / 10);
  });

  it('arrives at our registry as it is; a base that was damaged there is refused by name, and one that is gone', async () => {
    const storageDir = join(folder, 'storage');
    const options = { storageDir, host: '127.0.0.1', port: 0, authorize: () => Promise.resolve('push' as const) };
    const served = await serveRegistry(options);
    const client = new RegistryClient({ registry: served.registry, plainHttp: true });
    try {
      await upload(client, '4.2.12');
      const path = readdirSync(storageDir, { recursive: true, encoding: 'utf8' })
        .map((name) => join(storageDir, name))
        .find((file) => statSync(file).isFile() && statSync(file).size === baseOva.length);
      if (path === undefined) throw new Error('the OVA is not in the registry');
      const damaged = Buffer.from(baseOva);
      damaged.fill(0xff, 1_000_000, 1_000_100);
      writeFileSync(path, damaged);
      expect(['BUNDLE_BASE_DAMAGED', 'CONTENT_DIGEST_MISMATCH']).toContain(await failureOf(upload(client, '4.2.13')));
      writeFileSync(path, baseOva);
      await expectRebuilt(client);
    } finally {
      client.close();
      await served.close();
    }
  });

  it('needs its base', async () => {
    const options = { storageDir: join(folder, 'empty'), host: '127.0.0.1', port: 0 };
    mkdirSync(options.storageDir);
    const served = await serveRegistry({ ...options, authorize: () => Promise.resolve('push') });
    const client = new RegistryClient({ registry: served.registry, plainHttp: true });
    try {
      expect(await failureOf(upload(client, '4.2.13'))).toBe('BUNDLE_BASE_MISSING');
    } finally {
      client.close();
      await served.close();
    }
  });

  it('is sent by its bytes where nothing known deflates so, and the bundle says so', async () => {
    const odd = await releases.ovaOf('odd', rebuiltDisk(disk), deflatedOddly);
    const made = await releases.create('4.2.14', odd, '4.2.12');
    const { disks } = made.differential ?? {};
    expect(disks).toEqual([{ digest: digestOf(odd), changedGrains: 64, keptGrains: 64 }]);
    expect(made.differential?.recipes).toEqual([]);
    if (made.differential === undefined) throw new Error('it is not differential');
    expect(describeDifferential(made.differential)).toContain(
      'of 64 changed grains of node images 64 are sent as they are',
    );
  });

  it.skipIf(dockerRegistry.missing)(`arrives at docker-registry as it is (${dockerRegistry.remedy})`, async () => {
    const registry = await startDockerRegistry(dockerRegistry);
    const client = new RegistryClient({ registry: registry.registry, plainHttp: true });
    try {
      await expectRebuilt(client);
    } finally {
      client.close();
      await registry.stop();
    }
  });
});

/** The grains of a VMDK, stored in larger blocks than zlib makes at any level from 1 on. */
function deflatedOddly(vmdk: Buffer): Buffer {
  const start = Number(vmdk.readBigUInt64LE(64)) * 512;
  const parts = [vmdk.subarray(0, start)];
  let at = start;
  while (at < vmdk.length) {
    const dataBytes = vmdk.readUInt32LE(at + 8);
    if (dataBytes === 0) break;
    const content = inflateSync(vmdk.subarray(at + 12, at + 12 + dataBytes));
    const data = deflateSync(content, { level: 0 });
    const segment = Buffer.alloc(Math.ceil((12 + data.length) / 512) * 512);
    vmdk.copy(segment, 0, at, at + 8);
    segment.writeUInt32LE(data.length, 8);
    data.copy(segment, 12);
    parts.push(segment);
    at += Math.ceil((12 + dataBytes) / 512) * 512;
  }
  return Buffer.concat([...parts, vmdk.subarray(at)]);
}
