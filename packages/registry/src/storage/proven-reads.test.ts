import { mkdtemp, open, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { contentDigestOf, hexOf } from './content-digest.ts';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type ServedRegistry, serveRegistry } from '../serve.ts';

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
