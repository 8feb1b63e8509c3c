import { once } from 'node:events';
import { createWriteStream, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { finished } from 'node:stream/promises';
import { createBundle } from '@sealift/bundle/create';
import { formatPublicKey, generateKeyPair } from '@sealift/bundle/minisign';
import { smallOva, writeSmallRelease } from '@sealift/testkit/small-release';
import { Secret } from '@sealift/core/secret';
import { type ServedRegistry, serveRegistry } from '@sealift/registry/serve';
import { userAccess } from '@sealift/registry/users';
import { startByteProxy } from '@sealift/testkit/byte-proxy';
import { startCuttingProxy } from '@sealift/testkit/cutting-proxy';
import { startDockerRegistry } from '@sealift/testkit/docker-registry';
import { peer } from '@sealift/testkit/peers';
import { waitUntil } from '@sealift/testkit/wait-until';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { finishRun, killOnce, startRun } from './testing/bundle-run.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

const dockerRegistry = peer('docker-registry');
const mebibyte = 2 ** 20;
const chunkBytes = 32 * mebibyte;
const blobBytes = 80 * mebibyte;
/** Small blobs, manifests and headers. */
const restBytes = 0.5 * mebibyte;

let folder: string;
let bundle: string;
let state: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sealift-upload-killed-'));
  const release = join(folder, 'release');
  for (const name of [release, join(folder, 'trusted')]) mkdirSync(name);
  const releaseFile = await writeSmallRelease(release);
  const ova = createWriteStream(join(release, smallOva));
  for (let written = 0; written < blobBytes; written += mebibyte) ova.write(Buffer.alloc(mebibyte, String(written)));
  await finished(ova.end());
  const secretKey = generateKeyPair();
  writeFileSync(join(folder, 'trusted', 'vendor.pub'), formatPublicKey(secretKey.publicKey));
  bundle = join(folder, 'airgap-v4.2.13.bin');
  await createBundle({ releaseFile, output: bundle, secretKey, executables: [] });
});
beforeEach(() => {
  state = mkdtempSync(join(folder, 'state-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const place = () => ({ folder, state, bundle });

describe('an upload that is killed at 90% of a large blob', () => {
  it('sends at most one chunk again to a registry that keeps what arrived', async () => {
    const served: ServedRegistry = await serveRegistry({
      storageDir: join(folder, 'storage'),
      host: '127.0.0.1',
      port: 0,
      authorize: userAccess([{ name: 'writer', password: new Secret('secret'), access: 'push' }]),
    });
    const proxy = await startByteProxy(served.registry);
    try {
      const killedAt = 0.9 * blobBytes;
      await killOnce(startRun(place(), proxy.address), proxy.holdAfter(killedAt));
      const journal = join(state, 'sealift', 'uploads');
      const sessions = readdirSync(journal);
      expect(sessions).toHaveLength(1);
      expect(statSync(journal).mode & 0o777).toBe(0o700);
      for (const name of sessions) expect(statSync(join(journal, name)).mode & 0o777).toBe(0o600);
      proxy.reset();
      await finishRun(place(), proxy.address);
      expect(proxy.upBytes()).toBeGreaterThan(blobBytes - killedAt - restBytes);
      expect(proxy.upBytes()).toBeLessThan(blobBytes - killedAt + chunkBytes + restBytes);
      expect(readdirSync(journal)).toEqual([]);
      proxy.reset();
      await finishRun(place(), proxy.address);
      expect(proxy.upBytes()).toBeLessThan(restBytes);
    } finally {
      await proxy.close();
      await served.close();
    }
  });

  describe.skipIf(dockerRegistry.missing)(`docker-registry (${dockerRegistry.remedy})`, () => {
    it('is sent the chunk again that had not begun to arrive', async () => {
      const registry = await startDockerRegistry(dockerRegistry);
      let chunks = 0;
      let sentBytes = 0;
      let held: (() => void) | undefined;
      const proxy = await startCuttingProxy(`http://${registry.registry}`, {
        keepHost: true,
        before: async ({ method, body }) => {
          sentBytes += body.length;
          chunks += method === 'PATCH' ? 1 : 0;
          if (held === undefined || method !== 'PATCH' || chunks < 3) return;
          held();
          await new Promise(() => undefined);
        },
      });
      const address = new URL(proxy.url).host;
      try {
        const third = new Promise<void>((resolve) => {
          held = resolve;
        });
        await killOnce(startRun(place(), address), third);
        held = undefined;
        sentBytes = 0;
        await finishRun(place(), address);
        expect(sentBytes).toBeGreaterThan(blobBytes - 2 * chunkBytes);
        expect(sentBytes).toBeLessThan(blobBytes - 2 * chunkBytes + restBytes);
      } finally {
        await proxy.close();
        await registry.stop();
      }
    });

    it('is sent one blob again when a part of a chunk had arrived, which it does not go on from', async () => {
      const registry = await startDockerRegistry(dockerRegistry);
      const proxy = await startByteProxy(registry.registry);
      try {
        await killOnce(startRun(place(), proxy.address), proxy.holdAfter(0.9 * blobBytes));
        proxy.reset();
        await finishRun(place(), proxy.address);
        expect(proxy.upBytes()).toBeLessThan(blobBytes + restBytes);
      } finally {
        await proxy.close();
        await registry.stop();
      }
    });
  });
});

describe('an upload over a line that is cut', () => {
  it('goes on by itself where it was', async () => {
    const served = await serveRegistry({
      storageDir: join(folder, 'cut-storage'),
      host: '127.0.0.1',
      port: 0,
      authorize: userAccess([{ name: 'writer', password: new Secret('secret'), access: 'push' }]),
    });
    const proxy = await startByteProxy(served.registry);
    try {
      proxy.cutAfter(0.5 * blobBytes);
      const { child, output } = startRun(place(), proxy.address, ['--json']);
      await once(child, 'close');
      expect([child.exitCode, output()]).toEqual([0, expect.stringContaining('"event":"retry"')]);
      expect(proxy.upBytes()).toBeLessThan(blobBytes + chunkBytes + restBytes);
      await waitUntil('no session', () => readdirSync(join(state, 'sealift', 'uploads')).length === 0);
    } finally {
      await proxy.close();
      await served.close();
    }
  });
});

describe('an upload to a registry that runs full', () => {
  it('says where to free room, and sends only the rest once there is some', async () => {
    const serve = (port: number, quotaBytes?: number) =>
      serveRegistry({
        storageDir: join(folder, 'full-storage'),
        host: '127.0.0.1',
        port,
        authorize: userAccess([{ name: 'writer', password: new Secret('secret'), access: 'push' }]),
        quotaBytes,
      });
    const roomBytes = 1.5 * chunkBytes;
    let served = await serve(0, roomBytes);
    const proxy = await startByteProxy(served.registry);
    try {
      const { child, output } = startRun(place(), proxy.address);
      await once(child, 'close');
      expect([child.exitCode, output()]).toEqual([1, expect.stringContaining('code: REGISTRY_FULL')]);
      expect(output()).toContain(`fix: Free room at ${proxy.address}`);
      const port = Number(served.registry.split(':')[1]);
      await served.close();
      served = await serve(port);
      proxy.reset();
      await finishRun(place(), proxy.address);
      expect(proxy.upBytes()).toBeLessThan(blobBytes - chunkBytes + restBytes);
    } finally {
      await proxy.close();
      await served.close();
    }
  });
});
