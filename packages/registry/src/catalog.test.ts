import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { Secret } from '@sealift/core/secret';
import { basicCredential } from '@sealift/oci/credential';
import { mediaTypes } from '@sealift/oci/descriptor';
import { digestOf } from '@sealift/oci/digest';
import { RegistryClient } from '@sealift/oci/registry-client';
import { startDockerRegistry } from '@sealift/testkit/docker-registry';
import { peer } from '@sealift/testkit/peers';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { type ClientHome, makeClientHome, password } from './testing/client-home.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const crane = peer('crane');
const dockerRegistry = peer('docker-registry');
const names = ['a', 'a-b', 'a/b', 'a/b/c', 'sealift/packs/x', 'z9'];

let home: ClientHome | undefined;
afterEach(async () => {
  await home?.end();
  home = undefined;
});

/** Puts a small manifest into each repository. */
async function fill(client: RegistryClient, repositories: readonly string[]): Promise<void> {
  const config = Buffer.from('{}');
  const digest = digestOf(config);
  const body = {
    schemaVersion: 2,
    mediaType: mediaTypes.manifest,
    config: { mediaType: mediaTypes.config, digest, size: 2 },
    layers: [],
  };
  for (const repository of repositories) {
    await client.pushBlob(repository, digest, 2, () => Promise.resolve(Readable.from([config], { objectMode: false })));
    await client.putManifest(repository, '1', mediaTypes.manifest, Buffer.from(JSON.stringify(body)));
  }
}

async function start(tokens: boolean, anonymous: 'none' | 'pull' = 'none') {
  home = await makeClientHome(tokens, anonymous);
  const { registry } = home.served;
  const client = (user: string): RegistryClient =>
    new RegistryClient({ registry, plainHttp: true, credential: basicCredential(user, new Secret(password)), env: {} });
  return { home, registry, client };
}

const basic = (user: string) => ({
  authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`,
});

async function page(registry: string, query: string, headers: Record<string, string>) {
  const answer = await fetch(`http://${registry}/v2/_catalog${query}`, { headers });
  return {
    status: answer.status,
    link: answer.headers.get('link'),
    body: (await answer.json()) as { repositories?: string[] },
  };
}

describe('the list of repositories', () => {
  it('is given page by page in code unit order, without those that hold nothing', async () => {
    const { registry, client } = await start(true);
    const writer = client('writer');
    await fill(writer, names.toReversed());
    await writer.pushBlob('only/a-blob', digestOf('x'), 1, () => Promise.resolve(Readable.from([Buffer.from('x')])));
    expect(await writer.listRepositories()).toEqual(names);
    expect(await client('reader').listRepositories()).toEqual(names);
    const first = await page(registry, '?n=2', basic('reader'));
    expect(first).toMatchObject({ status: 200, body: { repositories: ['a', 'a-b'] } });
    expect(first.link).toBe('</v2/_catalog?n=2&last=a-b>; rel="next"');
    expect((await page(registry, '?n=2&last=a%2Fb%2Fc', basic('reader'))).body.repositories).toEqual([
      'sealift/packs/x',
      'z9',
    ]);
    expect(await page(registry, '?n=4&last=a-b', basic('reader'))).toMatchObject({ link: null });
    expect((await page(registry, '?n=0', basic('reader'))).body.repositories).toEqual([]);
    expect((await page(registry, '?n=x', basic('reader'))).status).toBe(400);
    expect((await page(registry, '?n=-1', basic('reader'))).status).toBe(400);
  });

  it('is nobody’s without a login, and a token’s only when it was asked for with it', async () => {
    const { registry } = await start(true);
    const refused = await fetch(`http://${registry}/v2/_catalog`);
    expect(refused.status).toBe(401);
    expect(refused.headers.get('www-authenticate')).toContain('scope="registry:catalog:*"');
    const tokenFor = async (scope: string): Promise<Record<string, string>> => {
      const url = `http://${registry}/token?${new URLSearchParams({ scope }).toString()}`;
      const { token } = (await (await fetch(url, { headers: basic('reader') })).json()) as { token: string };
      return { authorization: `Bearer ${token}` };
    };
    expect((await page(registry, '', await tokenFor('repository:a:pull'))).status).toBe(401);
    expect((await page(registry, '', await tokenFor('registry:catalog:*'))).status).toBe(200);
    expect((await page(registry, '', { authorization: 'Basic d3Jvbmc6d3Jvbmc=' })).status).toBe(401);
  });

  it.skipIf(crane.missing)(`is read by crane, with and without tokens (${crane.remedy})`, async () => {
    for (const tokens of [true, false]) {
      const { home: own, registry, client } = await start(tokens);
      await mkdir(join(own.folder, 'docker'));
      await fill(client('writer'), names);
      await own.run(crane.path, ['auth', 'login', '-u', 'reader', '--password-stdin', registry], password);
      expect((await own.run(crane.path, ['catalog', registry])).split('\n')).toEqual(names);
      await own.end();
      home = undefined;
    }
  });

  it.skipIf(dockerRegistry.missing)(
    `is what docker-registry gives of the same (${dockerRegistry.remedy})`,
    async () => {
      const theirs = await startDockerRegistry(dockerRegistry);
      try {
        const other = new RegistryClient({ registry: theirs.registry, plainHttp: true, env: {} });
        await fill(other, names);
        const { client } = await start(true);
        const ours = client('writer');
        await fill(ours, names);
        expect((await other.listRepositories())?.toSorted()).toEqual(await ours.listRepositories());
        other.close();
        ours.close();
      } finally {
        await theirs.stop();
      }
    },
  );
});
