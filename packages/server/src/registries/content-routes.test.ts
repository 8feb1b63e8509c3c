import { Readable } from 'node:stream';
import { repositoryContentSchema, repositoryListSchema, tagListSchema } from '@sealift/core/api';
import { mediaTypes } from '@sealift/oci/descriptor';
import { digestOf } from '@sealift/oci/digest';
import type { RegistryClient } from '@sealift/oci/registry-client';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { RunningPlatform } from '../testing/running-platform.ts';

let platform: RunningPlatform;
let client: RegistryClient;
const own = '/registries/spectro-packs';
const layer = Buffer.from('a layer');
const begun = Date.now();

beforeAll(async () => {
  platform = await RunningPlatform.start();
  client = platform.registry();
  for (const name of ['team/a', 'team/b', 'team/c']) await push(name, '1', mediaTypes.config);
}, 60_000);
afterAll(async () => {
  client.close();
  await platform.stop();
});

/** Puts a small manifest of a type into a repository. */
async function push(repository: string, tag: string, type: string) {
  const config = Buffer.from('{}');
  for (const bytes of [config, layer]) {
    const open = () => Promise.resolve(Readable.from([bytes], { objectMode: false }));
    await client.pushBlob(repository, digestOf(bytes), bytes.byteLength, open);
  }
  const bytes = Buffer.from(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: mediaTypes.manifest,
      config: { mediaType: type, digest: digestOf(config), size: config.byteLength },
      layers: [{ mediaType: mediaTypes.layerTar, digest: digestOf(layer), size: layer.byteLength }],
    }),
  );
  const digest = await client.putManifest(repository, tag, mediaTypes.manifest, bytes);
  return { digest, size: bytes.byteLength + config.byteLength + layer.byteLength, manifestSize: bytes.byteLength };
}

const names = async (query: string) =>
  repositoryListSchema.parse((await platform.call('GET', `${own}/repositories?${query}`)).body);
const contents = async (query: string) =>
  repositoryContentSchema.parse((await platform.call('GET', `${own}/contents?${query}`)).body);

it('gives the repositories page by page, and those that hold a text', async () => {
  expect(await names('length=2')).toEqual({ repositories: ['team/a', 'team/b'], next: 'team/b' });
  expect(await names('length=2&after=team/b')).toEqual({ repositories: ['team/c'], next: null });
  expect(await names('length=2&after=team/aa')).toEqual({ repositories: ['team/b', 'team/c'], next: null });
  expect(await names('search=M/B')).toEqual({ repositories: ['team/b'], next: null });
  expect(await names('length=1&search=team')).toEqual({ repositories: ['team/a'], next: 'team/a' });
  expect((await platform.call('GET', `${own}/repositories?length=0`)).status).toBe(400);
});

it('tells of each tag what it stands for: kind, size, digest, and when it was given', async () => {
  const image = await push('kinds', 'image', mediaTypes.config);
  const index = Buffer.from(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: mediaTypes.index,
      manifests: [
        {
          mediaType: mediaTypes.manifest,
          digest: image.digest,
          size: image.manifestSize,
          platform: { os: 'linux', architecture: 'arm64', variant: 'v8' },
        },
      ],
    }),
  );
  await client.putManifest('kinds', 'index', mediaTypes.index, index);
  await push('kinds', 'chart', 'application/vnd.cncf.helm.config.v1+json');
  await push('kinds', 'pack', 'application/vnd.sealift.pack.v1');
  await push('kinds', 'sbom', 'application/vnd.example.sbom');
  const { repository, tags, next } = await contents('repository=kinds');
  expect([repository, next]).toEqual(['kinds', null]);
  expect(tags).toMatchObject([
    { tag: 'chart', kind: 'chart' },
    { tag: 'image', kind: 'image', size: image.size, digest: image.digest, platforms: [], problem: null },
    { tag: 'index', kind: 'index', size: null, digest: digestOf(index), platforms: ['linux/arm64/v8'] },
    { tag: 'pack', kind: 'pack', artifactType: null },
    { tag: 'sbom', kind: 'artifact', artifactType: 'application/vnd.example.sbom' },
  ]);
  for (const { pushedAt } of tags) {
    // To the second.
    expect(Date.parse(pushedAt ?? '')).toBeGreaterThan(begun - 1000);
    expect(Date.parse(pushedAt ?? '')).toBeLessThanOrEqual(Date.now());
  }
  expect((await contents('repository=kinds&search=IMA')).tags).toMatchObject([{ tag: 'image' }]);
});

it('reads no more manifests than a page shows', async () => {
  for (let at = 100; at < 155; at += 1) await push('many', `t${at}`, mediaTypes.config);
  const first = await contents('repository=many');
  expect([first.tags.length, first.next]).toEqual([50, 't149']);
  const second = await contents(`repository=many&after=${first.next}`);
  expect([second.tags.map(({ tag }) => tag), second.next]).toEqual([['t150', 't151', 't152', 't153', 't154'], null]);
  const all = tagListSchema.parse((await platform.call('GET', `${own}/tags?repository=many`)).body);
  expect([all.tags.length, all.next]).toEqual([55, null]);
});

it('is refused for a repository that is not there, or is none', async () => {
  expect((await platform.call('GET', `${own}/contents?repository=none`)).body).toMatchObject({
    code: 'REGISTRY_NOT_FOUND',
  });
  expect((await platform.call('GET', `${own}/contents?repository=%2e%2e/x`)).body).toMatchObject({
    code: 'REFERENCE_INVALID',
  });
});
