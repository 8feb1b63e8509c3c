import { peer } from '@sealift/testkit/peers';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type PostgresServer, startPostgres } from '../../packages/server/src/testing/postgres-server.ts';
import { run, sealift } from '../setup/sealift.ts';
import { expectInterrupted, expectNothingHalf, expectWhole, mirrorThroughKills } from './setup/killed-mirror.ts';
import { largestBytes, MirrorSite } from './setup/mirror-site.ts';

vi.setConfig({ testTimeout: 180_000, hookTimeout: 60_000 });

const dockerRegistry = peer('docker-registry');
const postgres = peer('postgres');

describe.each([
  { name: 'the embedded store', skip: dockerRegistry.missing, shared: false },
  { name: `PostgreSQL (${postgres.remedy})`, skip: dockerRegistry.missing || postgres.missing, shared: true },
])(`a mirror into docker-registry whose console is killed, in $name (${dockerRegistry.remedy})`, ({ skip, shared }) => {
  let server: PostgresServer | undefined;
  let site: MirrorSite;
  beforeEach(async () => {
    if (skip) return;
    server = shared ? await startPostgres(postgres.path) : undefined;
    site = await MirrorSite.start(dockerRegistry, await server?.newDatabase());
  });
  afterEach(async () => {
    await site?.remove();
    await server?.stop();
  });

  it.skipIf(skip)('in the middle of a blob says so to who waits, and sends only that blob again', async () => {
    const amid = Promise.withResolvers<void>();
    site.line.at = async (when, change) => {
      if (when !== 'amid' || change !== site.largest) return;
      amid.resolve();
      await new Promise(() => undefined);
    };
    const waits = run(sealift, ['registry', 'mirror', 'spectro-packs', 'theirs'], { env: site.env });
    await amid.promise;
    await site.kill();
    site.line.at = () => Promise.resolve();
    await site.again();
    const killed = await site.state();
    expectInterrupted(killed);
    expect(killed.startedBy).toBe('admin');
    await expectNothingHalf(site);
    const { code, stderr } = await waits;
    expect([code, stderr]).toEqual([1, expect.stringContaining('The console was stopped; mirror again')]);
    expect((await site.told()).map(({ action }) => action)).toEqual(['pack-registry.mirror', 'pack-registry.mirrored']);

    await site.begin();
    const again = await site.ended();
    expect(again).toMatchObject({ state: 'succeeded', parts: [{ state: 'mirrored' }] });
    expect(again.sentBytes).toBeGreaterThan(largestBytes);
    await expectWhole(site);
    await site.begin();
    expect(await site.ended()).toMatchObject({ parts: [{ state: 'present' }], sentBytes: 0, blobs: { sent: 0 } });
  });

  // In both stores, and at every moment: `mirror-killed.long.test.ts`; a start with PostgreSQL takes less time.
  it.skipIf(skip || !shared)('again and again at moments of its way ends as if nothing had happened', async () => {
    const { kills, end } = await mirrorThroughKills(site, 9);
    expect(kills.length).toBeGreaterThan(3);
    expect(end.state).toBe('succeeded');
    await expectWhole(site);
  });
});
