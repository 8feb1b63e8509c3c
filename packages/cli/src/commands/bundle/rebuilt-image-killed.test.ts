import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { formatPublicKey } from '@sealift/bundle/minisign';
import { digestOf } from '@sealift/oci/digest';
import { RegistryClient } from '@sealift/oci/registry-client';
import { readBounded } from '@sealift/oci/verify-stream';
import { serveRegistry } from '@sealift/registry/serve';
import { startByteProxy } from '@sealift/testkit/byte-proxy';
import { peer } from '@sealift/testkit/peers';
import { startVCenter } from '@sealift/testkit/vcenter';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { run } from '../../program.ts';
import { testContext } from '../../testing/test-context.ts';
import { finishRun, killOnce, startRun } from './testing/bundle-run.ts';
import { qemuImg, rebuiltDisk, RebuiltReleases, sampleDisk } from './testing/rebuilt-release.ts';

vi.setConfig({ testTimeout: 180_000, hookTimeout: 180_000 });

const simulator = peer('vcenter-simulator');
const missing = [qemuImg, simulator].find((one) => one.missing);
const mebibyte = 2 ** 20;
const chunkBytes = 32 * mebibyte;
const diskBytes = 40 * mebibyte;
/** Small blobs, manifests, headers, and what a VMDK adds to its disk. */
const restBytes = mebibyte;

describe.skipIf(missing !== undefined)(
  `a rebuilt node image whose upload is killed${missing === undefined ? '' : ` (${missing.remedy})`}`,
  () => {
    let folder: string;
    let releases: RebuiltReleases;
    let ova: Buffer;

    beforeAll(async () => {
      folder = mkdtempSync(join(tmpdir(), 'sealift-rebuilt-killed-'));
      for (const name of ['trusted', 'state']) mkdirSync(join(folder, name));
      releases = new RebuiltReleases(folder);
      writeFileSync(join(folder, 'trusted', 'vendor.pub'), formatPublicKey(releases.secretKey.publicKey));
      const disk = sampleDisk(diskBytes);
      ova = await releases.ovaOf('rebuilt', rebuiltDisk(disk));
      await releases.create('4.2.12', await releases.ovaOf('base', disk));
      await releases.create('4.2.13', ova, '4.2.12');
    });
    afterAll(() => rmSync(folder, { recursive: true, force: true }));

    it('is rebuilt from where it was, digest for digest, and becomes a template', async () => {
      const served = await serveRegistry({
        storageDir: join(folder, 'storage'),
        host: '127.0.0.1',
        port: 0,
        authorize: () => Promise.resolve('push'),
      });
      const proxy = await startByteProxy(served.registry);
      const client = new RegistryClient({ registry: served.registry, plainHttp: true });
      const place = (version: string) => ({
        folder,
        state: join(folder, 'state'),
        bundle: releases.bundleOf(version),
      });
      try {
        await finishRun(place('4.2.12'), proxy.address);
        proxy.reset();
        const killedAt = 0.9 * diskBytes;
        await killOnce(startRun(place('4.2.13'), proxy.address), proxy.holdAfter(killedAt));
        proxy.reset();
        await finishRun(place('4.2.13'), proxy.address);
        expect(proxy.upBytes()).toBeGreaterThan(diskBytes - killedAt - restBytes);
        expect(proxy.upBytes()).toBeLessThan(diskBytes - killedAt + chunkBytes + restBytes);
        const digest = digestOf(ova);
        const blob = await client.openBlob('site/packs/sealift-node-images', digest);
        const arrived = await readBounded(blob, 2 * diskBytes, digest);
        expect(arrived.equals(ova)).toBe(true);
        await expectTemplate(arrived, digest.slice('sha256:'.length));
      } finally {
        client.close();
        await proxy.close();
        await served.close();
      }
    });

    async function expectTemplate(image: Buffer, sha256: string): Promise<void> {
      const file = join(folder, 'u-2204-0-k-12610-0.ova');
      writeFileSync(file, image);
      const vcenter = await startVCenter(simulator);
      try {
        const { context, written } = testContext({
          env: {
            HOME: folder,
            SEALIFT_VCENTER: vcenter.url,
            SEALIFT_VCENTER_USERNAME: vcenter.username,
            SEALIFT_VCENTER_PASSWORD: vcenter.password,
          },
        });
        const options = ['--ca-file', vcenter.caFile, '--network', 'VM Network', '--create-folder', '--json'];
        const code = await run(['vsphere', 'import-template', file, '--sha256', sha256, ...options], context);
        expect([code, written.notes]).toEqual([0, []]);
        expect(JSON.parse(written.out.join('\n'))).toMatchObject({ outcome: 'imported', identity: { ova: sha256 } });
      } finally {
        await vcenter.stop();
      }
    }
  },
);
