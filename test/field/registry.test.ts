import { createHash } from 'node:crypto';
import { mkdtemp, rm, truncate } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type ServedRegistry, serveRegistry } from '../../packages/registry/src/serve.ts';

const repository = 'a/b';
let folder: string;
let served: ServedRegistry;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sealift-field-'));
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

it('18, a blob of no length after a reboot is not there, and is mended by the next push', async () => {
  const bytes = new Uint8Array(Buffer.alloc(100_000, 'layer'));
  const hex = createHash('sha256').update(bytes).digest('hex');
  const digest = `sha256:${hex}`;
  const push = async () =>
    (await fetch(`${served.url}/v2/${repository}/blobs/uploads/?digest=${digest}`, { method: 'POST', body: bytes }))
      .status;
  const head = async () => (await fetch(`${served.url}/v2/${repository}/blobs/${digest}`, { method: 'HEAD' })).status;
  expect(await push()).toBe(201);
  expect(await head()).toBe(200);
  // As a file system leaves a file whose data it had not written when the power went.
  await served.close();
  await truncate(join(folder, 'blobs', 'sha256', hex), 0);
  await serve();
  expect(await head()).toBe(404);
  expect(await push()).toBe(201);
  const whole = await fetch(`${served.url}/v2/${repository}/blobs/${digest}`);
  expect(new Uint8Array(await whole.arrayBuffer())).toEqual(bytes);
});
