import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isSealiftError } from '@sealift/core/errors';
import { Secret } from '@sealift/core/secret';
import { afterEach, beforeAll, afterAll, describe, expect, it } from 'vitest';
import { basicCredential } from '../credential.ts';
import { type Descriptor, mediaTypes } from '../descriptor.ts';
import { type Layout, LayoutWriter, openLayout } from '../layout.ts';
import { RegistryClient } from '../registry-client/client.ts';
import { type Oddities, type OddRegistry, startOddRegistry } from '@sealift/testkit/odd-registry';
import { push, type PushEvent, type PushItem, type PushRequest } from './push.ts';

const layerBytes = 3_000_000;
const chunkBytes = 1_000_000;

let folder: string;
let layout: Layout;
let good: Descriptor;
let bad: Descriptor;
let badLayer: Descriptor;
let large: Descriptor;
let shared: Descriptor;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sealift-push-failures-'));
  const writer = await LayoutWriter.create(folder);
  const config = await writer.addBlob(Buffer.from('{}'), { mediaType: mediaTypes.empty });
  const image = async (...layers: Descriptor[]) => await writer.addManifest({ schemaVersion: 2, config, layers });
  const layer = async (content: string | Buffer) =>
    await writer.addBlob(Buffer.from(content), { mediaType: mediaTypes.layerTar });
  badLayer = await layer('bad');
  good = await image(await layer('good'));
  bad = await image(badLayer);
  shared = await image(badLayer, await layer('shared'));
  large = await image(await layer(Buffer.alloc(layerBytes, 'abc')));
  await writer.finish();
  layout = await openLayout(folder);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const open: (OddRegistry | RegistryClient)[] = [];
afterEach(async () => {
  for (const one of open.splice(0).reverse()) await one.close();
});

async function start(oddities: Oddities, credential = basicCredential('user', new Secret('password'))) {
  const odd = await startOddRegistry(oddities);
  const client = new RegistryClient({ registry: odd.registry, plainHttp: true, env: {}, credential });
  open.push(odd, client);
  const item = (repository: string, { digest }: Descriptor): PushItem => ({ digest, client, repository, tag: '1' });
  const run = async (items: readonly PushItem[], more: Partial<PushRequest> = {}) =>
    await push({ source: layout, items, ...more });
  return { odd, client, item, run };
}

async function errorOf(work: Promise<unknown>) {
  const error: unknown = await work.then(
    () => undefined,
    (failure: unknown) => failure,
  );
  if (!isSealiftError(error)) throw new Error('it did not fail as it should', { cause: error });
  return error;
}

describe('a push of which a part fails', () => {
  const refusesBad: Oddities = {
    intercept: ({ method, path }) =>
      method === 'PUT' && path.includes(encodeURIComponent(badLayer.digest))
        ? { status: 403, body: '{"errors":[{"code":"DENIED","message":"not this one"}]}' }
        : undefined,
  };

  it('puts no tag when it stops at the first failure', async () => {
    const { odd, item, run } = await start(refusesBad);
    const error = await errorOf(run([item('a', good), item('b', bad)]));
    expect(error.code).toBe('REGISTRY_DENIED');
    expect([...odd.manifests.keys()]).toEqual([]);
  });

  it('goes on when it should, tells what failed, and puts neither its tag nor what requires all', async () => {
    const { odd, item, run } = await start(refusesBad);
    const events: PushEvent[] = [];
    const items = [
      item('a', good),
      item('b', bad),
      item('c', shared),
      item('d', large),
      { ...item('marker', good), requiresAll: true } as const,
    ];
    const result = await run(items, { continueOnError: true, onEvent: (event) => events.push(event) });
    expect(result.items.map(({ state, error }) => [state, error?.code])).toEqual([
      ['pushed', undefined],
      ['failed', 'REGISTRY_DENIED'],
      ['failed', 'REGISTRY_DENIED'],
      ['pushed', undefined],
      ['held-back', undefined],
    ]);
    expect(result.items[1]?.error?.message).toContain('not this one');
    expect([...odd.manifests.keys()].filter((key) => key.endsWith(' 1'))).toEqual(
      expect.arrayContaining(['a 1', 'd 1']),
    );
    for (const key of ['b 1', 'c 1', 'marker 1']) expect(odd.manifests.has(key)).toBe(false);
    for (const kind of ['item-start', 'item-done']) {
      const told = events.flatMap((event) => (event.kind === kind && 'index' in event ? [event.index] : []));
      expect(told).toEqual([0, 1, 2, 3, 4]);
    }
  });

  it('counts a tag that is taken as a failure of its item', async () => {
    const { item, run } = await start({});
    await run([item('a', good)]);
    const result = await run([item('a', bad), item('b', bad)], { continueOnError: true });
    expect(result.items.map(({ state, error }) => [state, error?.code])).toEqual([
      ['failed', 'REGISTRY_TAG_TAKEN'],
      ['pushed', undefined],
    ]);
  });

  it('counts content that is missing here as a failure of its items', async () => {
    const { item, run } = await start({});
    const source: Layout = Object.assign(Object.create(layout) as Layout, {
      size: async (digest: Descriptor['digest']) =>
        digest === badLayer.digest ? undefined : await layout.size(digest),
      open: layout.open.bind(layout),
    });
    const result = await run([item('a', bad), item('b', good)], { source, continueOnError: true });
    expect(result.items.map(({ state, error }) => [state, error?.code])).toEqual([
      ['failed', 'CONTENT_MISSING'],
      ['pushed', undefined],
    ]);
  });

  it('is whole when it is run again once the cause is gone', async () => {
    let refused = true;
    const { odd, item, run } = await start({
      intercept: (request) => (refused ? refusesBad.intercept?.(request) : undefined),
    });
    const items = [item('a', large), item('b', bad), { ...item('m', good), requiresAll: true } as const];
    await run(items, { continueOnError: true });
    refused = false;
    const result = await run(items, { continueOnError: true });
    expect(result.items.map(({ state }) => state)).toEqual(['present', 'pushed', 'pushed']);
    expect(result.sentBytes).toBeLessThan(10_000);
    expect(odd.manifests.has('m 1')).toBe(true);
  });
});

describe('a registry without room', () => {
  const fullAnswers = {
    'that says so': { status: 507 },
    'whose file system says so': {
      status: 500,
      body: '{"errors":[{"code":"UNKNOWN","message":"unknown error","detail":{"DriverName":"filesystem","Enclosed":{"Op":"write","Path":"/var","Err":28}}}]}',
    },
    'over its quota': { status: 413, body: '{"errors":[{"code":"DENIED","message":"quota exceeded"}]}' },
  };

  it.each(Object.entries(fullAnswers))('%s is not asked again, and the remedy names it', async (_which, answer) => {
    const { odd, item, run } = await start({
      intercept: ({ method, path }) => (method === 'PUT' && path.includes('/blobs/') ? answer : undefined),
    });
    const error = await errorOf(run([item('a', good)], { concurrency: 1 }));
    expect([error.code, error.hint]).toEqual([
      'REGISTRY_FULL',
      expect.stringContaining(`Free room at ${odd.registry}`),
    ]);
    expect(odd.requests.filter(({ method }) => method === 'PUT')).toHaveLength(1);
  });

  it('is sent only the rest once it has room again', async () => {
    let room = 1_500_000;
    const { odd, item, run } = await start({
      intercept({ method, bytes }) {
        if (method === 'PATCH' && bytes > room) return { status: 507 };
        room -= bytes;
        return undefined;
      },
    });
    const journal = new Map<string, string>();
    const options = {
      chunkBytes,
      journal: {
        find: async (key: string) => journal.get(key),
        record: async (key: string, url: string) => void journal.set(key, url),
        forget: async (key: string) => void journal.delete(key),
      },
    };
    expect((await errorOf(run([item('a', large)], options))).code).toBe('REGISTRY_FULL');
    room = Number.POSITIVE_INFINITY;
    odd.requests.splice(0);
    await run([item('a', large)], options);
    const sent = odd.requests.reduce((total, { bytes }) => total + bytes, 0);
    expect(sent).toBeGreaterThan(layerBytes - 2 * chunkBytes);
    expect(sent).toBeLessThan(layerBytes - chunkBytes + 10_000);
  });
});

describe('a registry that is particular about uploads', () => {
  it.each([404, 405, 501])('gets blobs in one piece when it answers %i to a chunk', async (status) => {
    const { odd, item, run } = await start({
      intercept: ({ method }) => (method === 'PATCH' ? { status } : undefined),
    });
    const result = await run([item('a', large)], { chunkBytes });
    expect(result.items[0]?.state).toBe('pushed');
    expect(odd.requests.filter(({ method }) => method === 'PATCH')).toHaveLength(1);
    expect(odd.requests.some(({ method, bytes }) => method === 'PUT' && bytes === layerBytes)).toBe(true);
  });

  it('gets chunks of the size that it asks for at least', async () => {
    const { odd, item, run } = await start({ minChunkBytes: 2_000_000 });
    await run([item('a', large)], { chunkBytes });
    const chunks = odd.requests.flatMap(({ method, bytes }) => (method === 'PATCH' ? [bytes] : []));
    expect(chunks).toEqual([2_000_000, 1_000_000]);
  });

  it.each(['http://127.0.0.1:1/gone', 'http://registry.example/elsewhere'])(
    'is sent a blob anew when the session of an earlier run was at %s',
    async (url) => {
      const { odd, item, run } = await start({});
      const retries: PushEvent[] = [];
      const journal = { find: async () => url, record: async () => undefined, forget: async () => undefined };
      const onEvent = (event: PushEvent) => void (event.kind === 'retry' && retries.push(event));
      const result = await run([item('a', large)], { chunkBytes, journal, onEvent });
      expect([result.items[0]?.state, retries]).toEqual(['pushed', []]);
      expect(odd.blobs.size).toBe(2);
    },
  );

  it.each([
    ['chunks', chunkBytes],
    ['one piece', layerBytes],
  ])('is shown a new token when the old one ends in the middle of a blob sent in %s', async (_how, size) => {
    let valid = 0;
    let uses = 0;
    const { odd, item, run } = await start({
      intercept({ path, authorization }) {
        if (path.startsWith('/token')) {
          valid += 1;
          uses = 0;
          return { status: 200, body: JSON.stringify({ token: `t${valid}`, expires_in: 3600 }) };
        }
        uses += 1;
        // Whatever the token says, it holds for three requests.
        if (authorization === `Bearer t${valid}` && uses <= 3) return undefined;
        const realm = `http://${odd.registry}/token`;
        return { status: 401, headers: { 'www-authenticate': `Bearer realm="${realm}",service="s"` } };
      },
    });
    const result = await run([item('a', large)], { chunkBytes: size, concurrency: 1 });
    expect(result.items[0]?.state).toBe('pushed');
    expect(odd.blobs.size).toBe(2);
    expect(valid).toBeGreaterThan(2);
  });

  it.each([
    ['seconds', () => '1'],
    ['a date', () => new Date(Date.now() + 1000).toUTCString()],
  ])('is left alone as long as it asks, in %s', async (_form, retryAfter) => {
    const refused: number[] = [];
    const answered: number[] = [];
    const { item, run } = await start({
      intercept({ method }) {
        if (method !== 'PUT') return undefined;
        if (refused.length === 0) {
          refused.push(Date.now());
          return { status: 503, headers: { 'retry-after': retryAfter() } };
        }
        answered.push(Date.now());
        return undefined;
      },
    });
    const delays: number[] = [];
    const onEvent = (event: PushEvent) => void (event.kind === 'retry' && delays.push(event.delayMs));
    await run([item('a', good)], { concurrency: 1, onEvent });
    expect(delays).toHaveLength(1);
    expect(delays[0]).toBeLessThanOrEqual(1000);
    expect(Math.max(...answered) - (refused[0] ?? 0)).toBeGreaterThanOrEqual((delays[0] ?? 0) - 10);
  });
});
