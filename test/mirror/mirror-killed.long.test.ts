import { peer } from '@sealift/testkit/peers';
import { describe, expect, it } from 'vitest';
import { startPostgres } from '../../packages/server/src/testing/postgres-server.ts';
import { expectWhole, mirrorThroughKills } from './setup/killed-mirror.ts';
import { MirrorSite } from './setup/mirror-site.ts';

const dockerRegistry = peer('docker-registry');
const postgres = peer('postgres');

describe.each([
  { name: 'the embedded store', skip: dockerRegistry.missing, shared: false },
  { name: `PostgreSQL (${postgres.remedy})`, skip: dockerRegistry.missing || postgres.missing, shared: true },
])(`a mirror into docker-registry, in $name (${dockerRegistry.remedy})`, ({ skip, shared }) => {
  it.skipIf(skip)(
    'whose console is killed before, amid and after what it sends, each time another, ends as if nothing had happened',
    { timeout: 1_800_000 },
    async () => {
      const server = shared ? await startPostgres(postgres.path) : undefined;
      const site = await MirrorSite.start(dockerRegistry, await server?.newDatabase());
      try {
        const { kills, moments, end } = await mirrorThroughKills(site, 1);
        console.info(`${kills.length} kills, ${site.line.taken.length} blobs and manifests taken`);
        expect(kills).toEqual(moments);
        expect(kills).toContain(`amid ${site.largest}`);
        // What was under way beside it when it was killed may have arrived, and is not sent again: it has no moment of its own.
        expect(kills.length).toBeGreaterThan(20);
        expect(end).toMatchObject({ state: 'succeeded', parts: [{ state: 'present' }] });
        await expectWhole(site);
      } finally {
        await site.remove();
        await server?.stop();
      }
    },
  );
});
