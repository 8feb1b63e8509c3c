import { mkdtemp, open, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { mediaTypes } from '@sealift/oci/descriptor';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type ServedRegistry, serveRegistry } from '../serve.ts';
import { type ContentDigest, contentDigestOf, hexOf } from './content-digest.ts';
import { StoragePaths } from './paths.ts';
import { ProvenReads } from './proven-reads.ts';
import { Quota } from './quota.ts';
import { TurnLock } from './turn-lock.ts';

const repository = 'a/b';
let folder: string;
let served: ServedRegistry;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sealift-proven-'));
  await serve();
});
afterEach(async () => {
  await served.close();
  await rm(folder, { recursive: true, force: true });
});

async function serve(): Promise<void> {
  const options = { storageDir: folder, host: '127.0.0.1', port: 0, tokens: false };
  served = await serveRegistry({ ...options, authorize: async () => 'push' });
}

async function push(bytes: Buffer): Promise<string> {
  const digest = contentDigestOf(bytes, 'sha256');
  const url = `${served.url}/v2/${repository}/blobs/uploads/?digest=${digest}`;
  expect((await fetch(url, { method: 'POST', body: new Uint8Array(bytes) })).status).toBe(201);
  return digest;
}

/** Turns one bit over while nobody serves, as a disk does. */
async function damage(digest: string, at: number): Promise<void> {
  await served.close();
  const file = await open(join(folder, 'blobs', 'sha256', hexOf(digest as `sha256:${string}`)), 'r+');
  const byte = Buffer.alloc(1);
  await file.read(byte, 0, 1, at);
  byte[0] = (byte[0] ?? 0) ^ 1;
  await file.write(byte, 0, 1, at);
  await file.close();
  await serve();
}

const get = (digest: string, headers: Record<string, string> = {}) =>
  fetch(`${served.url}/v2/${repository}/blobs/${digest}`, { headers });

it.each([
  ['as a whole', {}],
  ['in part, though the part is good', { range: 'bytes=0-9' }],
])('a damaged blob is not served %s, and pushing it again mends it', async (_, headers) => {
  const bytes = Buffer.alloc(100_000, 'content');
  const digest = await push(bytes);
  await damage(digest, 99_999);
  expect((await get(digest, headers)).status).toBe(404);
  expect(await readdir(join(folder, 'damaged'))).toHaveLength(1);
  await push(bytes);
  expect(Buffer.from(await (await get(digest)).arrayBuffer())).toEqual(bytes);
});

const head = async (path: string) => (await fetch(`${served.url}/v2/${path}`, { method: 'HEAD' })).status;

it.each([
  ['', 100_000],
  ['large ', 65 * 1024 * 1024],
])(
  'a damaged %sblob is not there for who asks before a push, and is mended by it',
  async (_, size) => {
    const bytes = Buffer.alloc(size, 'content');
    const digest = await push(bytes);
    expect(await head(`${repository}/blobs/${digest}`)).toBe(200);
    await damage(digest, size - 1);
    const asked = Array.from({ length: 20 }, () => head(`${repository}/blobs/${digest}`));
    expect(new Set(await Promise.all(asked))).toEqual(new Set([404]));
    await push(bytes);
    expect(await head(`${repository}/blobs/${digest}`)).toBe(200);
  },
  60_000,
);

it('a damaged blob is not taken over from another repository', async () => {
  const digest = await push(Buffer.alloc(1000, 'content'));
  const mount = async () =>
    (await fetch(`${served.url}/v2/c/blobs/uploads/?mount=${digest}&from=${repository}`, { method: 'POST' })).status;
  expect(await mount()).toBe(201);
  await damage(digest, 0);
  expect(await mount()).toBe(202);
});

describe('for who asks before a push, a manifest is not there', () => {
  const put = (manifest: string) =>
    fetch(`${served.url}/v2/${repository}/manifests/1`, {
      method: 'PUT',
      headers: { 'content-type': mediaTypes.manifest },
      body: manifest,
    });

  async function pushImage() {
    const bytes = Buffer.alloc(1000, 'content');
    const layer = await push(bytes);
    const config = await push(Buffer.from('{}'));
    const described = (digest: string, size: number) => ({ mediaType: mediaTypes.layerTar, digest, size });
    const layers = [described(layer, 1000)];
    const manifest = JSON.stringify({ schemaVersion: 2, config: described(config, 2), layers });
    expect((await put(manifest)).status).toBe(201);
    expect(await head(`${repository}/manifests/1`)).toBe(200);
    return { manifest, bytes, layer };
  }

  it('that is damaged, and it is mended by the push', async () => {
    const { manifest } = await pushImage();
    await damage(contentDigestOf(Buffer.from(manifest)), 0);
    expect(await head(`${repository}/manifests/1`)).toBe(404);
    expect((await put(manifest)).status).toBe(201);
    expect(await head(`${repository}/manifests/1`)).toBe(200);
  });

  it('that lacks a blob which was found damaged, and it is mended by the push', async () => {
    const { bytes, layer } = await pushImage();
    await damage(layer, 0);
    expect((await get(layer)).status).toBe(404);
    expect(await head(`${repository}/manifests/1`)).toBe(404);
    await push(bytes);
    expect(await head(`${repository}/manifests/1`)).toBe(200);
  });
});

/** Counts how often a blob's bytes are read through. */
class CountedPaths extends StoragePaths {
  readonly read: string[] = [];

  override blob(digest: ContentDigest): string {
    this.read.push(digest);
    return super.blob(digest);
  }
}

it('of many who ask at a time each gets an answer, each blob is read once, and none that was just written', async () => {
  const digests = [];
  for (let index = 0; index < 20; index += 1) digests.push(await push(Buffer.from(`blob ${index}`)));
  const written = (await push(Buffer.from('written'))) as ContentDigest;
  const paths = new CountedPaths(folder);
  const reads = new ProvenReads({ paths, quota: await Quota.measure(paths, undefined), files: new TurnLock() });
  reads.written(written);
  const all = [...digests, ...digests, written] as ContentDigest[];
  for (let round = 0; round < 2; round += 1) {
    const answers = await Promise.all(all.map((digest) => reads.isSound(digest)));
    expect(new Set(answers)).toEqual(new Set([true]));
  }
  expect(paths.read.toSorted()).toEqual(digests.toSorted());
});

it('a large damaged blob never ends well, and is not there the next time', async () => {
  const digest = await push(Buffer.alloc(65 * 1024 * 1024, 'content'));
  await damage(digest, 0);
  const answer = await get(digest);
  await expect(answer.arrayBuffer()).rejects.toThrow('terminated');
  expect((await get(digest)).status).toBe(404);
}, 60_000);

it('a large good blob comes whole, proved or not', async () => {
  const bytes = Buffer.alloc(65 * 1024 * 1024, 'content');
  const digest = await push(bytes);
  for (let count = 0; count < 2; count += 1) {
    const read = Buffer.from(await (await get(digest)).arrayBuffer());
    expect(read.equals(bytes)).toBe(true);
  }
}, 60_000);
