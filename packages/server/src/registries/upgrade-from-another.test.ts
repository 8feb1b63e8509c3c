import { Secret } from '@sealift/core/secret';
import { basicCredential } from '@sealift/oci/credential';
import { RegistryClient } from '@sealift/oci/registry-client';
import { type DockerRegistry, dockerLogin, startDockerRegistry } from '@sealift/testkit/docker-registry';
import { peer } from '@sealift/testkit/peers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { underBase } from '../testing/other-base.ts';
import { pushRelease, type ReleaseSketch } from '../testing/push-release.ts';
import { RunningPlatform } from '../testing/running-platform.ts';

const dockerRegistry = peer('docker-registry');
const release: ReleaseSketch = {
  version: '4.2.12',
  kubernetes: '1.26.8',
  upgradesFrom: '>=4.1.0 <4.2.12',
  cniValues: 'mtu: 1440\n',
};
const next = { ...release, version: '4.2.13', kubernetes: '1.26.10', upgradesFrom: '>=4.2.0 <4.2.13' };

describe.skipIf(dockerRegistry.missing)(
  `a platform whose releases are in another registry, under other paths (${dockerRegistry.remedy})`,
  { timeout: 120_000 },
  () => {
    let platform: RunningPlatform;
    let docker: DockerRegistry;
    let client: RegistryClient;

    beforeAll(async () => {
      platform = await RunningPlatform.start();
      docker = await startDockerRegistry(dockerRegistry, dockerLogin.htpasswd);
      const credential = basicCredential('me', new Secret('secret'));
      client = new RegistryClient({ registry: docker.registry, plainHttp: true, credential, env: {} });
      const there = underBase(client, 'team');
      const installed = await pushRelease(there, release);
      await pushRelease(there, { ...next, cniValues: 'mtu: 1450\n' });
      const added = await platform.call('POST', '/registries', {
        name: 'theirs',
        registry: docker.registry,
        plainHttp: true,
        packBase: 'team/packs',
        imageBase: 'team/images',
        username: 'me',
        password: 'secret',
        ca: null,
        allowedOrigins: [],
        push: false,
        syncEveryMinutes: null,
      });
      if (added.status !== 201) throw new Error(JSON.stringify(added.body));
      await platform.until('/registries/theirs', ({ sync }) => !['running', 'never'].includes(sync.state));
      await platform.call('POST', '/platform/adopt', { version: '4.2.12', values: [] });
      const { layers } = (await platform.call('GET', '/profile')).body;
      const running = layers.map(({ pack, currentValues }: Record<string, string>) => [pack, currentValues]);
      await platform.connectCluster(installed.release, Object.fromEntries(running));
    }, 120_000);
    afterAll(async () => {
      client?.close();
      await platform?.stop();
      await docker?.stop();
    });

    it('is upgraded with nothing in the console’s own: packs, and the node image, come from there by their digests', async () => {
      expect((await platform.call('GET', '/registries/spectro-packs/repositories')).body.repositories).toEqual([]);
      const { id, hash, blockers } = (await platform.call('POST', '/upgrades', { to: '4.2.13' })).body;
      expect(blockers).toEqual([]);
      expect((await platform.call('POST', `/upgrades/${id}/confirm`, { hash })).status).toBe(202);
      const ended = await platform.until(`/upgrades/${id}`, ({ state }) => !['ready', 'running'].includes(state));
      expect([ended.state, ended.failure]).toEqual(['succeeded', null]);
      const { version, nodes } = (await platform.call('GET', '/summary')).body;
      expect([version, new Set(nodes.map((node: { version: string }) => node.version))]).toEqual([
        '4.2.13',
        new Set(['1.26.10']),
      ]);
    });
  },
);
