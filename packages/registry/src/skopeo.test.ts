import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Secret } from '@sealift/core/secret';
import { basicCredential } from '@sealift/oci/credential';
import { type Descriptor, mediaTypes } from '@sealift/oci/descriptor';
import { LayoutWriter, openLayout } from '@sealift/oci/layout';
import { push } from '@sealift/oci/push';
import { RegistryClient } from '@sealift/oci/registry-client';
import { peer } from '@sealift/testkit/peers';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type ServedRegistry, serveRegistry } from './serve.ts';
import { userAccess } from './users.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const skopeo = peer('skopeo');
const run = promisify(execFile);

async function image(writer: LayoutWriter, architecture: string, layerBytes: number): Promise<Descriptor> {
  const config = { architecture, os: 'linux', rootfs: { type: 'layers', diff_ids: [] }, config: {} };
  const layer = await writer.addBlob(Buffer.alloc(layerBytes, architecture), { mediaType: mediaTypes.layerTar });
  const described = { ...config, rootfs: { type: 'layers', diff_ids: [layer.digest] } };
  const manifest = await writer.addManifest({
    schemaVersion: 2,
    config: await writer.addBlob(Buffer.from(JSON.stringify(described)), { mediaType: mediaTypes.config }),
    layers: [layer],
  });
  return { ...manifest, platform: { architecture, os: 'linux' } };
}

describe.skipIf(skopeo.missing)(`our registry and skopeo (${skopeo.remedy})`, () => {
  let folder: string;
  let served: ServedRegistry;
  let client: RegistryClient;
  let index: Descriptor;
  let single: Descriptor;

  const login = 'writer:secret';
  const copy = async (from: string, to: string, ...options: string[]): Promise<void> => {
    await run(skopeo.path, ['copy', '--all', '--preserve-digests', ...options, from, to]);
  };
  const source = ['--src-creds', login, '--src-tls-verify=false'];
  const destination = ['--dest-creds', login, '--dest-tls-verify=false'];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sealift-skopeo-'));
    const writer = await LayoutWriter.create(join(folder, 'layout'));
    single = await image(writer, 'amd64', 3_000_000);
    index = await writer.addManifest({ schemaVersion: 2, manifests: [single, await image(writer, 'arm64', 20_000)] });
    writer.addIndexEntry(index, 'both');
    writer.addIndexEntry(single, 'single');
    await writer.finish();
    served = await serveRegistry({
      storageDir: join(folder, 'storage'),
      host: '127.0.0.1',
      port: 0,
      authorize: userAccess([{ name: 'writer', password: new Secret('secret'), access: 'push' }]),
    });
    client = new RegistryClient({
      registry: served.registry,
      plainHttp: true,
      credential: basicCredential('writer', new Secret('secret')),
      env: {},
    });
  });
  afterAll(async () => {
    client?.close();
    await served?.close();
    await rm(folder, { recursive: true, force: true });
  });

  it('takes images of several architectures from skopeo and gives them back unchanged', async () => {
    await copy(`oci:${folder}/layout:both`, `docker://${served.registry}/by/skopeo:1`, ...destination);
    expect((await client.getManifest('by/skopeo', '1')).digest).toBe(index.digest);
    await copy(`docker://${served.registry}/by/skopeo:1`, `oci:${folder}/back:x`, ...source);
    const [entry] = (await openLayout(join(folder, 'back'))).index.manifests;
    expect(entry?.digest).toBe(index.digest);
  });

  it('gives skopeo what our push sent', async () => {
    const layout = await openLayout(join(folder, 'layout'));
    const items = [{ digest: single.digest, client, repository: 'by/us', tag: 'v1' }];
    await push({ source: layout, items });
    const inspected = await run(skopeo.path, [
      'inspect',
      '--creds',
      login,
      '--tls-verify=false',
      `docker://${served.registry}/by/us:v1`,
    ]);
    expect(JSON.parse(inspected.stdout)).toMatchObject({ Digest: single.digest, Architecture: 'amd64' });
    await copy(`docker://${served.registry}/by/us:v1`, `oci:${folder}/ours:x`, ...source);
    expect((await openLayout(join(folder, 'ours'))).index.manifests[0]?.digest).toBe(single.digest);
  });

  it('sends nothing skopeo has sent already', async () => {
    await copy(`oci:${folder}/layout:single`, `docker://${served.registry}/shared:1`, ...destination);
    const items = [{ digest: single.digest, client, repository: 'shared', tag: '2' }];
    const result = await push({ source: await openLayout(join(folder, 'layout')), items });
    expect(result.blobs).toEqual({ sent: 0, mounted: 0, skipped: 2 });
  });

  it('lets nobody pull who has no login', async () => {
    await expect(
      run(skopeo.path, ['inspect', '--no-creds', '--tls-verify=false', `docker://${served.registry}/by/us:v1`]),
    ).rejects.toThrow(/unauthorized|authentication required|log in/i);
  });
});
