import { execFile } from 'node:child_process';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Secret } from '@sealift/core/secret';
import { basicCredential } from '@sealift/oci/credential';
import { type Descriptor, mediaTypes } from '@sealift/oci/descriptor';
import { digestOf } from '@sealift/oci/digest';
import { type Layout, LayoutWriter, openLayout } from '@sealift/oci/layout';
import { push, type PushResult } from '@sealift/oci/push';
import { RegistryClient } from '@sealift/oci/registry-client';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type ServedRegistry, serveRegistry } from './serve.ts';
import { userAccess } from './users.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const run = promisify(execFile);
const isRoot = process.getuid?.() === 0;
const megabyte = 2 ** 20;

describe.skipIf(!isRoot)('a registry on a full disk (needs root: a small tmpfs is mounted)', () => {
  let folder: string;
  let disk: string;
  let served: ServedRegistry;
  let client: RegistryClient;
  let layout: Layout;
  let manifest: Descriptor;
  const logged: string[] = [];
  const layer = Buffer.alloc(12 * megabyte, 'what does not fit');

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sealift-full-disk-'));
    disk = await mkdtemp(join(folder, 'disk-'));
    await run('mount', ['-t', 'tmpfs', '-o', 'size=8m', 'tmpfs', disk]);
    const writer = await LayoutWriter.create(join(folder, 'layout'));
    const config = await writer.addBlob(Buffer.from('{}'), { mediaType: mediaTypes.empty });
    const layers = [await writer.addBlob(layer, { mediaType: mediaTypes.layerTar })];
    manifest = await writer.addManifest({ schemaVersion: 2, config, layers });
    await writer.finish();
    layout = await openLayout(join(folder, 'layout'));
    served = await serveRegistry({
      storageDir: join(disk, 'storage'),
      host: '127.0.0.1',
      port: 0,
      authorize: userAccess([{ name: 'writer', password: new Secret('w'), access: 'push' }]),
      log: (line) => logged.push(line),
    });
    client = new RegistryClient({
      registry: served.registry,
      plainHttp: true,
      credential: basicCredential('writer', new Secret('w')),
      env: {},
    });
  });
  afterAll(async () => {
    client?.close();
    await served?.close();
    await run('umount', [disk]);
    await rm(folder, { recursive: true, force: true });
  });

  async function call(method: string, path: string, body?: Buffer) {
    const answer = await fetch(new URL(path, served.url), {
      method,
      headers: { authorization: `Basic ${Buffer.from('writer:w').toString('base64')}` },
      ...(body === undefined ? {} : { body: new Uint8Array(body) }),
    });
    return { status: answer.status, headers: answer.headers, text: await answer.text() };
  }

  async function pushAll(): Promise<PushResult> {
    return await push({ source: layout, items: [{ digest: manifest.digest, client, repository: 'a', tag: '1' }] });
  }

  it('says so, keeps the upload session, and shows nothing of what is not whole', async () => {
    const { headers } = await call('POST', '/v2/a/blobs/uploads/');
    const session = headers.get('location') ?? '';
    const refused = await call('PATCH', session, layer);
    expect(refused.status).toBe(507);
    expect(JSON.parse(refused.text)).toEqual({
      errors: [
        {
          code: 'UNKNOWN',
          message: 'the registry has no space left',
          detail: { code: 'STORAGE_FULL', hint: expect.stringMatching(/free space/i) },
        },
      ],
    });
    expect(refused.text).not.toContain(disk);
    expect(logged.join('')).toMatch(/STORAGE_FULL/);
    const status = await call('GET', session);
    expect(status.status).toBe(204);
    const held = Number(status.headers.get('range')?.split('-')[1]) + 1;
    expect(held).toBeGreaterThan(megabyte);
    expect(held).toBeLessThan(8 * megabyte);
    expect((await call('HEAD', `/v2/a/blobs/${digestOf(layer)}`)).status).toBe(404);

    await run('mount', ['-o', 'remount,size=64m', disk]);
    const finished = await call('PUT', `${session}?digest=${digestOf(layer)}`, layer.subarray(held));
    expect(finished.status).toBe(201);
    expect((await call('DELETE', `/v2/a/blobs/${digestOf(layer)}`)).status).toBe(202);
    await served.storage.collectGarbage({ graceMs: -1 });
    await run('mount', ['-o', 'remount,size=8m', disk]);
  });

  it('refuses a push clearly, and takes the same push once there is room', async () => {
    await expect(pushAll()).rejects.toMatchObject({ code: 'REGISTRY_FULL' });
    expect((await call('GET', '/v2/a/tags/list')).text).not.toContain('"1"');
    await run('mount', ['-o', 'remount,size=64m', disk]);
    expect(await pushAll()).toMatchObject({ items: [{ state: 'pushed' }] });
    expect((await served.storage.scrub()).damaged).toEqual([]);
    expect((await client.getManifest('a', '1')).digest).toBe(manifest.digest);
  });

  it('puts no manifest and starts no session when not a byte is left, and works again afterwards', async () => {
    const manifestBytes = Buffer.from(
      JSON.stringify({
        ...JSON.parse((await client.getManifest('a', '1')).bytes.toString()),
        annotations: { a: 'b'.repeat(9000) },
      }),
    );
    const uploads = join(disk, 'storage', 'uploads');
    const before = await readdir(uploads);
    await writeFile(join(disk, 'filler'), Buffer.alloc(64 * megabyte)).catch(() => undefined);
    const put = (): Promise<{ status: number }> =>
      fetch(new URL('/v2/a/manifests/2', served.url), {
        method: 'PUT',
        headers: {
          authorization: `Basic ${Buffer.from('writer:w').toString('base64')}`,
          'content-type': mediaTypes.manifest,
        },
        body: new Uint8Array(manifestBytes),
      });
    expect((await put()).status).toBe(507);
    expect((await call('POST', '/v2/a/blobs/uploads/')).status).toBe(507);
    expect((await call('GET', '/v2/a/manifests/1')).status).toBe(200);
    expect((await call('GET', '/v2/a/manifests/2')).status).toBe(404);
    const after = await readdir(uploads);
    await rm(join(disk, 'filler'));
    expect((await put()).status).toBe(201);
    expect((await call('GET', '/v2/a/manifests/2')).status).toBe(200);
    expect(after).toEqual(before);
  });
});
