import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { peer } from '@sealift/testkit/peers';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { canMount, mountSmallDisk } from '../setup/small-disk.ts';
import { expectNothingHalf, expectWhole } from './setup/killed-mirror.ts';
import { largestBytes, MirrorSite } from './setup/mirror-site.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000 });

const dockerRegistry = peer('docker-registry');

describe.skipIf(dockerRegistry.missing)(`a mirror into docker-registry (${dockerRegistry.remedy})`, () => {
  let site: MirrorSite;
  beforeAll(async () => {
    site = await MirrorSite.start(dockerRegistry);
  });
  beforeEach(() => site.empty());
  afterAll(() => site?.remove());

  /** Does something once, in the middle of the largest blob. */
  function onceAmid(act: () => Promise<void>): () => number {
    let times = 0;
    site.line.at = async (when, change) => {
      if (when !== 'amid' || change !== site.largest || times > 0) return;
      times += 1;
      await act();
    };
    return () => times;
  }

  it('goes on by itself where the line was cut in the middle of a blob', async () => {
    const times = onceAmid(() => Promise.reject(new Error('cut')));
    await site.begin();
    expect(await site.ended()).toMatchObject({ state: 'succeeded', parts: [{ state: 'mirrored' }] });
    expect(times()).toBe(1);
    await expectWhole(site);
  });

  it('goes on by itself where the registry was killed in the middle of a blob and is there again', async () => {
    const times = onceAmid(async () => {
      await site.docker.kill();
      await expect(fetch(`http://${site.docker.registry}/v2/`)).rejects.toThrow('fetch failed');
      await site.docker.again();
    });
    await site.begin();
    expect(await site.ended()).toMatchObject({ state: 'succeeded', parts: [{ state: 'mirrored' }] });
    expect(times()).toBe(1);
    await expectWhole(site);
  });

  it('names the registry that was killed and stays away, and is done once it is there again', async () => {
    onceAmid(() => site.docker.kill());
    await site.begin();
    const failed = await site.ended();
    expect(failed).toMatchObject({ state: 'failed', parts: [{ state: 'failed' }] });
    expect(failed.message).toContain(site.line.registry);
    await site.docker.again();
    await expectNothingHalf(site);
    await site.begin();
    expect(await site.ended()).toMatchObject({ state: 'succeeded' });
    await expectWhole(site);
  });

  it.skipIf(!canMount)('says that the registry is full, and is done once there is room', async () => {
    const data = join(site.docker.folder, 'data');
    mkdirSync(data, { recursive: true });
    const disk = await mountSmallDisk(2 * largestBytes, data);
    try {
      await disk.leave(largestBytes / 2);
      await site.begin();
      const full = await site.ended();
      expect(full).toMatchObject({ state: 'failed', parts: [{ problem: { code: 'REGISTRY_FULL' } }] });
      expect(full.message).toContain(`Free room at ${site.line.registry}`);
      await expectNothingHalf(site);
      await disk.leave(2 * largestBytes);
      await site.begin();
      expect(await site.ended()).toMatchObject({ state: 'succeeded' });
      await expectWhole(site);
    } finally {
      await site.docker.kill();
      await disk.remove();
      await site.docker.again();
    }
  });
});
