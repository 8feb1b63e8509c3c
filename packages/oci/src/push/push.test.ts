import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { type AddressInfo, connect, createServer as createTcpServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isSealiftError } from '@sealift/core/errors';
import { Secret } from '@sealift/core/secret';
import { type DockerRegistry, startDockerRegistry } from '@sealift/testkit/docker-registry';
import { peer } from '@sealift/testkit/peers';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { basicCredential } from '../credential.ts';
import { type Descriptor, mediaTypes } from '../descriptor.ts';
import { digestOf } from '../digest.ts';
import { type Layout, LayoutWriter, openLayout } from '../layout.ts';
import { RegistryClient } from '../registry-client/client.ts';
import { readBounded } from '../verify-stream.ts';
import { push, type PushEvent, type PushItem } from './push.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const dockerRegistry = peer('docker-registry');
/** bcrypt of `secret`. */
const htpasswd = 'user:$2y$05$abcdefghijklmnopqrstuuOQiyCxlgf/oeuTqixKmWdcYUh4Hjl0a\n';

async function image(writer: LayoutWriter, ...layers: (string | Buffer)[]): Promise<Descriptor> {
  const config = await writer.addBlob(Buffer.from('{}'), { mediaType: mediaTypes.empty });
  const descriptors: Descriptor[] = [];
  for (const layer of layers) {
    descriptors.push(await writer.addBlob(Buffer.from(layer), { mediaType: mediaTypes.layerTar }));
  }
  return await writer.addManifest({ schemaVersion: 2, config, layers: descriptors });
}

async function failureOf(work: Promise<unknown>): Promise<string> {
  try {
    await work;
    return 'none';
  } catch (error) {
    return isSealiftError(error) ? error.code : String(error);
  }
}

describe.skipIf(dockerRegistry.missing)(`pushing to docker-registry (${dockerRegistry.remedy})`, () => {
  let folder: string;
  let registry: DockerRegistry;
  let client: RegistryClient;
  let layout: Layout;
  let small: Descriptor;
  let large: Descriptor;
  let index: Descriptor;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sealift-push-'));
    const writer = await LayoutWriter.create(folder);
    small = await image(writer, 'one layer');
    large = await image(writer, 'one layer', Buffer.alloc(9_000_000, 'x'));
    index = await writer.addManifest({ schemaVersion: 2, manifests: [small, large] });
    await writer.finish();
    layout = await openLayout(folder);
    registry = await startDockerRegistry(dockerRegistry, htpasswd);
    client = new RegistryClient({
      registry: registry.registry,
      plainHttp: true,
      credential: basicCredential('user', new Secret('secret')),
      env: {},
    });
  });
  afterAll(async () => {
    client?.close();
    await registry?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  const item = (repository: string, descriptor: Descriptor, tag = '1'): PushItem => ({
    digest: descriptor.digest,
    client,
    repository,
    tag,
  });

  it('sends everything once, mounts what another repository has, and tells it in order', async () => {
    const events: PushEvent[] = [];
    const items = [item('order/a', small), item('order/b', index), item('order/marker', small)];
    const result = await push({ source: layout, items, onEvent: (event) => events.push(event) });
    expect(result.items.map(({ state }) => state)).toEqual(['pushed', 'pushed', 'pushed']);
    expect(result.blobs).toEqual({ sent: 3, mounted: 4, skipped: 0 });
    for (const kind of ['item-start', 'item-done']) {
      expect(
        events.filter((event) => event.kind === kind).map((event) => ('index' in event ? event.index : -1)),
      ).toEqual([0, 1, 2]);
    }
    const done = events.flatMap((event) => (event.kind === 'progress' ? [event.doneBytes] : []));
    expect(done).toEqual([...done].sort((a, b) => a - b));
    expect(done.at(-1)).toBe(events.flatMap((event) => (event.kind === 'progress' ? [event.totalBytes] : [])).at(-1));
    const fetched = await client.getManifest('order/b', '1');
    expect(fetched.digest).toBe(index.digest);
    expect(fetched.mediaType).toBe(mediaTypes.index);
    expect((await client.getManifest('order/b', large.digest)).digest).toBe(large.digest);
    const layer = Buffer.alloc(9_000_000, 'x');
    const stream = await client.openBlob('order/b', digestOf(layer));
    expect((await readBounded(stream, 10_000_000, 'layer')).equals(layer)).toBe(true);
  });

  it('sends nothing the second time', async () => {
    const items = [item('again', index)];
    await push({ source: layout, items });
    const result = await push({ source: layout, items });
    expect(result).toMatchObject({ sentBytes: 0, blobs: { sent: 0, mounted: 0, skipped: 3 } });
    expect(result.items.map(({ state }) => state)).toEqual(['present']);
  });

  it('stops before anything is sent when a tag stands for something else, unless it may move', async () => {
    await push({ source: layout, items: [item('taken', small)] });
    const items = [item('untouched', large), item('taken', index)];
    expect(await failureOf(push({ source: layout, items }))).toBe('REGISTRY_TAG_TAKEN');
    expect(await failureOf(client.listTags('untouched'))).toBe('REGISTRY_NOT_FOUND');
    await push({ source: layout, items, moveTags: true });
    expect((await client.headManifest('taken', '1'))?.digest).toBe(index.digest);
  });

  it('sends nothing when content is missing here that the target lacks too', async () => {
    const writer = await LayoutWriter.create(join(folder, 'incomplete'));
    const config = await writer.addBlob(Buffer.from('{}'), { mediaType: mediaTypes.empty });
    const absent = { mediaType: mediaTypes.layerTar, digest: digestOf('absent'), size: 6 };
    const manifest = await writer.addManifest({ schemaVersion: 2, config, layers: [absent] });
    await writer.finish();
    const incomplete = await openLayout(join(folder, 'incomplete'));
    expect(await failureOf(push({ source: incomplete, items: [item('incomplete', manifest)] }))).toBe(
      'CONTENT_MISSING',
    );
    expect(await client.hasBlob('incomplete', config.digest)).toBe(false);
    const base = await LayoutWriter.create(join(folder, 'base'));
    const withBlob = await image(base, 'absent');
    await base.finish();
    await push({ source: await openLayout(join(folder, 'base')), items: [item('incomplete', withBlob, 'base')] });
    const result = await push({ source: incomplete, items: [item('incomplete', manifest)] });
    expect(result.blobs).toEqual({ sent: 0, mounted: 0, skipped: 2 });
  });

  it('leaves no tag when it is cancelled, and finishes when it is run again', async () => {
    const stop = new AbortController();
    const items = [item('cancelled', large)];
    const onEvent = (event: PushEvent): void => {
      if (event.kind === 'progress' && event.doneBytes > 4_000_000) stop.abort();
    };
    expect(await failureOf(push({ source: layout, items, onEvent, cancel: stop.signal }))).toBe('PUSH_CANCELLED');
    expect(await client.headManifest('cancelled', '1')).toBeUndefined();
    const result = await push({ source: layout, items });
    expect(result.items.map(({ state }) => state)).toEqual(['pushed']);
  });

  it.each([undefined, 1_000_000])(
    'gets through a line that is cut again and again, in chunks of %s',
    async (chunkBytes) => {
      const port = Number(registry.registry.split(':')[1]);
      const flaky = await cuttingProxy(port, 3, 2_000_000);
      const through = new RegistryClient({
        registry: `127.0.0.1:${(flaky.address() as AddressInfo).port}`,
        plainHttp: true,
        credential: basicCredential('user', new Secret('secret')),
        env: {},
      });
      const retries: string[] = [];
      const items = [{ digest: large.digest, client: through, repository: `flaky/${chunkBytes}`, tag: '1' }];
      const onEvent = (event: PushEvent): void => {
        if (event.kind === 'retry') retries.push(event.reason);
      };
      try {
        const result = await push({
          source: layout,
          items,
          onEvent,
          ...(chunkBytes === undefined ? {} : { chunkBytes }),
        });
        expect(result.blobs.sent).toBe(3);
        expect(retries.length).toBeGreaterThan(0);
        expect((await client.headManifest(`flaky/${chunkBytes}`, '1'))?.digest).toBe(large.digest);
      } finally {
        through.close();
        flaky.close();
      }
    },
  );

  it('sends large blobs in chunks', async () => {
    const items = [item('chunked', large)];
    const result = await push({ source: layout, items, chunkBytes: 1_000_000 });
    expect(result.sentBytes).toBeGreaterThan(9_000_000);
    expect(result.sentBytes).toBeLessThan(9_010_000);
    const layer = await client.openBlob('chunked', digestOf(Buffer.alloc(9_000_000, 'x')));
    expect(await readBounded(layer, 10_000_000, 'layer')).toHaveLength(9_000_000);
  });

  it('says that the login is wrong', async () => {
    const wrong = new RegistryClient({
      registry: registry.registry,
      plainHttp: true,
      credential: basicCredential('user', new Secret('wrong')),
      env: {},
    });
    expect(await failureOf(push({ source: layout, items: [{ ...item('a', small), client: wrong }] }))).toBe(
      'REGISTRY_UNAUTHORIZED',
    );
    wrong.close();
  });
});

describe('pushing to a registry that is busy', () => {
  it('comes back after the time it asks for', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'sealift-push-'));
    const writer = await LayoutWriter.create(folder);
    const manifest = await image(writer, 'layer');
    await writer.finish();
    let refusals = 2;
    const server = createServer((request, response) => {
      request.resume();
      request.once('end', () => {
        const { method = '', url = '' } = request;
        if (method === 'PUT' && url.startsWith('/session') && refusals > 0) {
          refusals -= 1;
          response.writeHead(429, { 'retry-after': '0' }).end();
        } else if (method === 'HEAD') response.writeHead(404).end();
        else if (method === 'POST') response.writeHead(202, { location: '/session' }).end();
        else response.writeHead(method === 'GET' ? 200 : 201).end();
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const registry = `127.0.0.1:${(server.address() as AddressInfo).port}`;
    const client = new RegistryClient({ registry, plainHttp: true, env: {} });
    try {
      const items = [{ digest: manifest.digest, client, repository: 'a', tag: '1' }];
      const result = await push({ source: await openLayout(folder), items });
      expect(result.blobs.sent).toBe(2);
      expect(refusals).toBe(0);
    } finally {
      client.close();
      server.close();
      await rm(folder, { recursive: true, force: true });
    }
  });
});

/** Passes bytes on, and cuts the first few connections after some bytes upwards. */
async function cuttingProxy(port: number, cuts: number, afterBytes: number): Promise<Server> {
  let left = cuts;
  const server = createTcpServer((down) => {
    const up = connect(port, '127.0.0.1');
    let bytes = 0;
    down.on('data', (chunk) => {
      bytes += chunk.length;
      if (left > 0 && bytes > afterBytes) {
        left -= 1;
        down.destroy();
        up.destroy();
      } else up.write(chunk);
    });
    up.pipe(down);
    for (const socket of [up, down]) socket.on('error', () => undefined);
    down.on('close', () => up.destroy());
    up.on('close', () => down.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
}
