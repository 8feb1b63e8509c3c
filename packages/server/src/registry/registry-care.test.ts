import { mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { tmpdir } from 'node:os';
import { RegistryStorage } from '@sealift/registry/storage';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { systemActor } from '../audit/actor.ts';
import { openMemoryStore } from '../testing/memory-store.ts';
import { pushRelease } from '../testing/push-release.ts';
import { RunningPlatform } from '../testing/running-platform.ts';
import type { Store } from '../store/store.ts';
import { RegistryCare } from './registry-care.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

function sketch(version: string, patch: number) {
  return { version, kubernetes: `1.26.${patch}`, upgradesFrom: `<${version}`, cniValues: `# ${version}\n` };
}

/** Oldest first. */
const releases = [sketch('4.1.12', 5), sketch('4.2.11', 6), sketch('4.2.12', 8), sketch('4.2.13', 10)];

describe('care for the embedded registry, with 4.2.12 installed', () => {
  let platform: RunningPlatform;
  beforeAll(async () => {
    platform = await RunningPlatform.start();
    const client = platform.registry();
    for (const release of releases) await pushRelease(client, release);
    client.close();
    await platform.sync();
    await platform.call('POST', '/platform/adopt', { version: '4.2.12' });
  });
  afterAll(async () => {
    await platform.stop();
  });

  /** Makes everything look as if it had been uploaded two days ago. */
  async function age(): Promise<void> {
    const folder = join(platform.folder, 'data', 'registry');
    const before = new Date(Date.now() - 2 * 86_400_000);
    for (const entry of await readdir(folder, { recursive: true })) await utimes(join(folder, entry), before, before);
  }

  async function cleanUp(request: { dryRun?: boolean; superseded?: boolean }) {
    const started = await platform.call('POST', '/registry-care/clean-up', request);
    expect(started.status).toBe(202);
    return (await platform.until('/registry-care', (body) => body.running === null)).lastCleanUp;
  }

  /** What a sync finds complete, and what it refuses. */
  async function found(): Promise<string> {
    return (await platform.sync()).message;
  }

  it('leaves alone what was just uploaded, however old the release is', async () => {
    expect(await cleanUp({ superseded: true })).toMatchObject({ manifests: 0, blobs: 0, freedBytes: 0 });
    await platform.sync();
  });

  it('removes no release unasked, and none that is to be kept', async () => {
    await age();
    expect(await cleanUp({})).toMatchObject({ releases: [], manifests: 0 });
    const kept = { product: 'Harbor View', version: '4.1.12' };
    await platform.call('PUT', '/registry-care/kept-releases', { releases: [kept] });
    expect(await cleanUp({ superseded: true })).toMatchObject({ releases: [], manifests: 0 });
    expect((await platform.call('GET', '/registry-care')).body.keptReleases).toEqual([kept]);
    await platform.call('PUT', '/registry-care/kept-releases', { releases: [] });
  });

  it('says what would go and how much it frees, and then removes exactly that: what is older than the previous release', async () => {
    await age();
    const said = await cleanUp({ dryRun: true, superseded: true });
    expect(said).toMatchObject({ dryRun: true, releases: [{ product: 'Harbor View', version: '4.1.12' }] });
    const tags = said.removed.flatMap((one: { tags: string[] }) => one.tags).sort();
    expect(tags).toEqual(['1.26.5', '4.1.12', '4.1.12', 'release-harbor_view-4.1.12', expect.stringContaining('1265')]);
    const usedBefore = (await platform.call('GET', '/registry-care')).body.usedBytes;
    expect(said.freedBytes).toBeGreaterThan(0);
    expect(await found()).toBe('4 releases in the catalogue, 0 new');

    await age();
    const done = await cleanUp({ superseded: true });
    expect(done).toMatchObject({ manifests: said.manifests, blobs: said.blobs, freedBytes: said.freedBytes });
    expect((await platform.call('GET', '/registry-care')).body.usedBytes).toBe(usedBefore - said.freedBytes);
    // The current release, the previous one and the newer one are complete: a sync checks every digest.
    expect(await found()).toBe('3 releases in the catalogue, 0 new');
    const again = await cleanUp({ superseded: true });
    expect(again).toMatchObject({ releases: [], manifests: 0 });
  });

  it('does not spoil an upload that goes on meanwhile, of a release just about to go', async () => {
    const client = platform.registry();
    await pushRelease(client, sketch('4.1.12', 5));
    await platform.sync();
    await age();
    await Promise.all([cleanUp({ superseded: true }), pushRelease(client, sketch('4.1.12', 5))]);
    client.close();
    expect(await found()).toMatch(/^4 releases in the catalogue, \d new$/);
  });

  it('finds damage, puts it aside and tells of it; pushed again, the release is complete', async () => {
    const blobs = join(platform.folder, 'data', 'registry', 'blobs', 'sha256');
    const [name = ''] = (await readdir(blobs)).sort();
    await writeFile(join(blobs, name), 'damaged');
    expect((await platform.call('POST', '/registry-care/scrub')).status).toBe(202);
    const { lastScrub } = await platform.until('/registry-care', (body) => body.running === null);
    expect(lastScrub).toMatchObject({ complete: true, damaged: [`sha256:${name}`] });
    const client = platform.registry();
    for (const release of releases) await pushRelease(client, release);
    client.close();
    expect(await found()).toMatch(/^4 releases in the catalogue/);
    const { body } = await platform.call('GET', '/audit?limit=500');
    const actions = body.entries.map((entry: { action: string }) => entry.action);
    expect(actions).toEqual(
      expect.arrayContaining(['registry.clean-up.ended', 'registry.scrub.ended', 'registry.keep']),
    );
  });
});

describe('the schedule', () => {
  let folder: string;
  let store: Store;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sealift-care-'));
    store = await openMemoryStore();
  });
  afterAll(async () => {
    await store.close();
    await rm(folder, { recursive: true, force: true });
  });

  it('does nothing while an upgrade runs, then cleans up daily and scrubs weekly, also after a restart', async () => {
    using storage = await RegistryStorage.open(join(folder, 'registry'));
    const statePath = join(folder, 'care.json');
    const begin = async (): Promise<RegistryCare> => {
      const care = new RegistryCare(store);
      await care.begin({ storage, statePath, warn: () => undefined });
      return care;
    };
    const after = async (care: RegistryCare, hours: number): Promise<string> => {
      const before = { ...care.state };
      await care.doWhatIsDue(new Date(Date.now() + hours * 3_600_000));
      await care.settled();
      const { lastCleanUp, lastScrub } = care.state;
      if (lastCleanUp !== before.lastCleanUp) return 'clean-up';
      return lastScrub === before.lastScrub ? 'nothing' : 'scrub';
    };
    const care = await begin();
    await store.db.updateTable('console_lock').set({ upgrade_id: 'u' }).execute();
    expect(await after(care, 0)).toBe('nothing');
    const asked = care.cleanUp(systemActor, { dryRun: false, superseded: true });
    await expect(asked).rejects.toMatchObject({ code: 'CONSOLE_LOCKED' });
    await care.settled();
    await store.db.updateTable('console_lock').set({ upgrade_id: null }).execute();
    expect(await after(care, 0)).toBe('clean-up');
    expect(await after(care, 0)).toBe('scrub');
    expect(await after(care, 23)).toBe('nothing');
    await care.close();
    const restarted = await begin();
    expect(await after(restarted, 23)).toBe('nothing');
    expect(await after(restarted, 25)).toBe('clean-up');
    expect(await after(restarted, 23)).toBe('nothing');
    await restarted.close();
  });
});
