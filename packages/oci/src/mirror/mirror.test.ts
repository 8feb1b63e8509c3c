import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { startByteProxy } from '@sealift/testkit/byte-proxy';
import { type DockerRegistry, startDockerRegistry } from '@sealift/testkit/docker-registry';
import { type Oddities, startOddRegistry } from '@sealift/testkit/odd-registry';
import { peer } from '@sealift/testkit/peers';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { mediaTypes } from '../descriptor.ts';
import { type Digest, digestOf } from '../digest.ts';
import { openUploadJournal } from '../push/upload-journal.ts';
import { RegistryClient } from '../registry-client/client.ts';
import { mirror, type MirrorItem } from './mirror.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const dockerRegistry = peer('docker-registry');
const megabyte = 2 ** 20;
const open: { close(): unknown }[] = [];

afterEach(async () => {
  for (const one of open.splice(0).reverse()) await one.close();
});

function clientOf(registry: string): RegistryClient {
  const client = new RegistryClient({ registry, plainHttp: true, env: {}, retryDelaysMs: [10, 10] });
  open.push(client);
  return client;
}

async function odd(oddities: Oddities = {}) {
  const registry = await startOddRegistry(oddities);
  open.push(registry);
  return { ...registry, client: clientOf(registry.registry) };
}

/** Pushes an image of one layer. */
async function pushImage(client: RegistryClient, repository: string, layer: Buffer, subject?: object) {
  const config = Buffer.from('{}');
  for (const blob of [layer, config]) {
    await client.pushBlob(repository, digestOf(blob), blob.byteLength, async () => Readable.from([blob]));
  }
  const manifest = {
    schemaVersion: 2,
    mediaType: mediaTypes.manifest,
    config: { mediaType: mediaTypes.config, digest: digestOf(config), size: config.byteLength },
    layers: [{ mediaType: mediaTypes.layerTar, digest: digestOf(layer), size: layer.byteLength }],
    ...(subject === undefined ? {} : { subject }),
  };
  const bytes = Buffer.from(JSON.stringify(manifest));
  const digest = await client.putManifest(repository, digestOf(bytes), mediaTypes.manifest, bytes);
  return { mediaType: mediaTypes.manifest, digest, size: bytes.byteLength, layer: digestOf(layer) };
}

const itemOf = (digest: Digest, more: Partial<MirrorItem> = {}): MirrorItem => ({
  name: 'app',
  digest,
  from: 'a/app',
  to: 'b/app',
  tag: 'v1',
  ...more,
});

describe('a mirror', () => {
  it('brings an image with what cosign keeps under tags, and sends nothing the second time', async () => {
    const [from, to] = [await odd(), await odd()];
    const image = await pushImage(from.client, 'a/app', Buffer.from('layer'));
    const signature = await pushImage(from.client, 'a/app', Buffer.from('signature'));
    const kept = from.manifests.get(`a/app ${signature.digest}`);
    const tag = `${image.digest.replace(':', '-')}.sig`;
    await from.client.putManifest('a/app', tag, mediaTypes.manifest, kept?.bytes ?? Buffer.alloc(0));
    const request = { source: from.client, target: to.client, items: [itemOf(image.digest)], withCosignTags: true };

    expect(await mirror({ ...request, dryRun: true })).toMatchObject({ missing: { blobs: 3 }, sentBytes: 0 });
    expect([to.blobs.size, to.manifests.size]).toEqual([0, 0]);
    expect((await mirror(request)).blobs).toMatchObject({ sent: 3 });
    expect((await to.client.headManifest('b/app', 'v1'))?.digest).toBe(image.digest);
    expect((await to.client.headManifest('b/app', tag))?.digest).toBe(signature.digest);
    expect(await mirror(request)).toMatchObject({ blobs: { sent: 0, mounted: 0 }, sentBytes: 0, present: 2 });
  });

  it('takes blobs over within one registry, and sends none of them', async () => {
    const one = await odd();
    const image = await pushImage(one.client, 'a/app', Buffer.from('layer'));
    const before = one.requests.length;
    const result = await mirror({
      source: one.client,
      target: one.client,
      items: [itemOf(image.digest)],
      withCosignTags: false,
    });
    expect(result.blobs).toMatchObject({ sent: 0, mounted: 2 });
    const sent = one.requests
      .slice(before)
      .filter(({ method, path, bytes }) => method !== 'GET' && path.includes('/blobs/') && bytes > 0);
    expect(sent).toEqual([]);
  });

  it('tags an index after the manifests that it names, which a registry may not hold while they are put again', async () => {
    const [from, to] = [await odd(), await odd()];
    const { layer: _, ...image } = await pushImage(from.client, 'a/app', Buffer.from('layer'));
    const index = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType: mediaTypes.index, manifests: [image] }));
    const digest = await from.client.putManifest('a/app', 'many', mediaTypes.index, index);
    const items = [itemOf(digest, { tag: 'many' }), itemOf(image.digest, { tag: 'v1' })];
    await mirror({ source: from.client, target: to.client, items, withCosignTags: false });
    const tagged = to.requests.flatMap(({ method, path }) => {
      return method === 'PUT' ? (/manifests\/(v1|many)$/.exec(path)?.[1] ?? []) : [];
    });
    expect(tagged).toEqual(['v1', 'many']);
  });

  it('goes on at the piece where one that ended was, by the journal that it left', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'sealift-mirror-'));
    open.push({ close: () => rm(folder, { recursive: true, force: true }) });
    const [from, to] = [await odd(), await odd()];
    const layer = Buffer.alloc(8 * megabyte, 'a layer of eight pieces');
    const image = await pushImage(from.client, 'a/app', layer);
    const cancel = new AbortController();
    const request = { source: from.client, items: [itemOf(image.digest)], withCosignTags: false, chunkBytes: megabyte };
    const first = mirror({
      ...request,
      target: to.client,
      journal: await openUploadJournal(folder),
      cancel: cancel.signal,
      onEvent: (event) => {
        if (event.kind === 'progress' && event.doneBytes >= 4 * megabyte) cancel.abort();
      },
    });
    await expect(first).rejects.toMatchObject({ code: 'PUSH_CANCELLED' });
    const again = await mirror({ ...request, target: clientOf(to.registry), journal: await openUploadJournal(folder) });
    expect((await to.client.headManifest('b/app', 'v1'))?.digest).toBe(image.digest);
    // Three pieces had arrived at least; what is sent again is at most the one that was under way.
    expect(again.sentBytes).toBeLessThan(layer.byteLength - 2 * megabyte);
    const kept = to.blobs.get(`b/app ${image.layer}`);
    expect(kept?.equals(layer)).toBe(true);
  });

  it('sends a blob again that the target fails to speak of, as after its disk was full', async () => {
    const from = await odd();
    const image = await pushImage(from.client, 'a/app', Buffer.from('layer'));
    let isWell = false;
    const to = await odd({
      intercept: ({ method, path }) => {
        if (!path.includes(encodeURIComponent(image.layer)) && !path.includes(image.layer)) return undefined;
        if (method === 'PUT') isWell = true;
        return isWell ? undefined : { status: 500 };
      },
    });
    const request = { source: from.client, target: to.client, items: [itemOf(image.digest)], withCosignTags: false };
    expect((await mirror(request)).blobs).toMatchObject({ sent: 2 });
    expect((await to.client.headManifest('b/app', 'v1'))?.digest).toBe(image.digest);
  });

  it('ends where the source gives other bytes than it should, and the target keeps none of them', async () => {
    const layer = Buffer.from('what it should be');
    const from = await odd();
    const image = await pushImage(from.client, 'a/app', layer);
    from.blobs.set(`a/app ${image.layer}`, Buffer.from('what it should BE'));
    const to = await odd();
    const mirroring = mirror({
      source: from.client,
      target: to.client,
      items: [itemOf(image.digest)],
      withCosignTags: false,
    });
    await expect(mirroring).rejects.toMatchObject({ code: 'CONTENT_DIGEST_MISMATCH' });
    expect(to.blobs.has(`b/app ${image.layer}`)).toBe(false);
    expect(to.manifests.size).toBe(0);
  });

  it('names what the source lacks before anything is sent', async () => {
    const [from, to] = [await odd(), await odd()];
    const image = await pushImage(from.client, 'a/app', Buffer.from('layer'));
    from.blobs.delete(`a/app ${image.layer}`);
    const request = { source: from.client, target: to.client, withCosignTags: false };
    await expect(mirror({ ...request, items: [itemOf(image.digest)] })).rejects.toMatchObject({
      code: 'REGISTRY_LACKS',
      message: `${from.registry} lacks the blob ${image.layer} of app`,
    });
    const absent = digestOf(Buffer.from('absent'));
    await expect(mirror({ ...request, items: [itemOf(absent)] })).rejects.toMatchObject({
      code: 'REGISTRY_LACKS',
      message: `${from.registry} lacks the manifest ${absent} of app`,
    });
    expect(to.blobs.size).toBe(0);
  });

  it('says which registry takes no large requests, and that there is no room', async () => {
    const from = await odd();
    const image = await pushImage(from.client, 'a/app', Buffer.alloc(megabyte, 'x'));
    const request = { source: from.client, items: [itemOf(image.digest)], withCosignTags: false };
    const small = await odd({ bodyLimitBytes: 1000 });
    await expect(mirror({ ...request, target: small.client })).rejects.toMatchObject({
      code: 'REGISTRY_BODY_LIMIT',
      message: expect.stringContaining(small.registry),
    });
    const full = await odd({ intercept: ({ method }) => (method === 'PUT' ? { status: 507 } : undefined) });
    await expect(mirror({ ...request, target: full.client })).rejects.toMatchObject({
      code: 'REGISTRY_FULL',
      hint: expect.stringContaining(full.registry),
    });
  });
});

describe.skipIf(dockerRegistry.missing)(`a mirror into docker-registry (${dockerRegistry.remedy})`, () => {
  let docker: DockerRegistry;
  beforeAll(async () => {
    docker = await startDockerRegistry(dockerRegistry);
  });
  afterAll(() => docker?.stop());

  it('survives lines that are cut at both ends', async () => {
    const source = await startDockerRegistry(dockerRegistry);
    open.push({ close: () => source.stop() });
    const other = Buffer.alloc(6 * megabyte, 'another layer');
    const image = await pushImage(clientOf(source.registry), 'a/app', other);
    const [down, up] = [await startByteProxy(source.registry), await startByteProxy(docker.registry)];
    open.push(down, up);
    const client = clientOf(down.address);
    down.cutAnswerAfter(2 * megabyte);
    up.cutAfter(3 * megabyte);
    const items = [itemOf(image.digest, { to: 'c/app' })];
    await mirror({ source: client, target: clientOf(up.address), items, withCosignTags: false, chunkBytes: megabyte });
    const stored = await clientOf(docker.registry).openBlob('c/app', image.layer);
    const parts: Buffer[] = [];
    for await (const part of stored) parts.push(part as Buffer);
    expect(Buffer.concat(parts).equals(other)).toBe(true);
  });
});
