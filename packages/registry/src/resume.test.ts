import { mkdtemp, open, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Secret } from '@sealift/core/secret';
import { basicCredential } from '@sealift/oci/credential';
import { type Descriptor, mediaTypes } from '@sealift/oci/descriptor';
import { type Layout, LayoutWriter, openLayout } from '@sealift/oci/layout';
import { type PushEvent, type PushResult, push } from '@sealift/oci/push';
import { RegistryClient } from '@sealift/oci/registry-client';
import { openUploadJournal } from '@sealift/oci/upload-journal';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type ServedRegistry, serveRegistry } from './serve.ts';
import { userAccess } from './users.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const chunkBytes = 1_000_000;
const layerBytes = 20_000_000;

let folder: string;
let served: ServedRegistry;
let layout: Layout;
let manifest: Descriptor;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sealift-resume-'));
  const writer = await LayoutWriter.create(join(folder, 'layout'));
  const config = await writer.addBlob(Buffer.from('{}'), { mediaType: mediaTypes.empty });
  const layer = await writer.addBlob(Buffer.alloc(layerBytes, 'abc'), { mediaType: mediaTypes.layerTar });
  manifest = await writer.addManifest({ schemaVersion: 2, config, layers: [layer] });
  await writer.finish();
  layout = await openLayout(join(folder, 'layout'));
  served = await serve(0);
});
afterAll(async () => {
  await served.close();
  await rm(folder, { recursive: true, force: true });
});

async function serve(port: number): Promise<ServedRegistry> {
  return await serveRegistry({
    storageDir: join(folder, 'storage'),
    host: '127.0.0.1',
    port,
    authorize: userAccess([{ name: 'writer', password: new Secret('secret'), access: 'push' }]),
  });
}

/** One run of a process: its own client, its own reading of the journal; stopped once so much has been done. */
async function run(repository: string, stopAfterBytes = Number.POSITIVE_INFINITY): Promise<PushResult | 'stopped'> {
  const stop = new AbortController();
  const client = new RegistryClient({
    registry: served.registry,
    plainHttp: true,
    credential: basicCredential('writer', new Secret('secret')),
    cancel: stop.signal,
    env: {},
  });
  const onEvent = (event: PushEvent): void => {
    if (event.kind === 'progress' && event.doneBytes > stopAfterBytes) stop.abort();
  };
  try {
    return await push({
      source: layout,
      items: [{ digest: manifest.digest, client, repository, tag: '1' }],
      journal: await openUploadJournal(join(folder, 'journal')),
      chunkBytes,
      onEvent,
      cancel: stop.signal,
    });
  } catch (error) {
    expect(error).toMatchObject({ code: 'PUSH_CANCELLED' });
    return 'stopped';
  } finally {
    client.close();
  }
}

function sentOf(result: PushResult | 'stopped'): number {
  return result === 'stopped' ? Number.NaN : result.sentBytes;
}

describe('a push of what is there already', () => {
  it('mends what a scrub has put aside', async () => {
    await run('mended');
    const [layer = ''] = (await readdir(join(folder, 'layout', 'blobs', 'sha256'))).filter(
      (name) => name !== manifest.digest.slice(7),
    );
    await writeFile(join(folder, 'storage', 'blobs', 'sha256', layer), 'damaged');
    expect((await served.storage.scrub()).damaged).toEqual([`sha256:${layer}`]);
    const result = await run('mended');
    expect(result).toMatchObject({ blobs: { sent: 1, skipped: 1 }, items: [{ state: 'pushed' }] });
    expect(await run('mended')).toMatchObject({ sentBytes: 0, items: [{ state: 'present' }] });
  });
});

describe('a push that was stopped', () => {
  it('goes on at the chunk where it was', async () => {
    expect(await run('stopped', 0.75 * layerBytes)).toBe('stopped');
    const sent = sentOf(await run('stopped'));
    expect(sent).toBeGreaterThan(0);
    expect(sent).toBeLessThan(0.25 * layerBytes + chunkBytes + 10_000);
    expect(await readdir(join(folder, 'storage', 'uploads'))).toEqual([]);
  });

  it('goes on there also when the registry was started anew meanwhile', async () => {
    expect(await run('restarted', 0.75 * layerBytes)).toBe('stopped');
    const port = Number(served.registry.split(':')[1]);
    await served.close();
    served = await serve(port);
    expect(sentOf(await run('restarted'))).toBeLessThan(0.25 * layerBytes + chunkBytes + 10_000);
  });

  it('begins the blob anew when the registry has lost the session', async () => {
    expect(await run('lost', 0.75 * layerBytes)).toBe('stopped');
    const uploads = join(folder, 'storage', 'uploads');
    for (const id of await readdir(uploads)) await rm(join(uploads, id), { recursive: true });
    const sent = sentOf(await run('lost'));
    expect(sent).toBeGreaterThanOrEqual(layerBytes);
    expect(sent).toBeLessThan(layerBytes + 10_000);
  });

  it('does not take up what another content left, but sends it whole', async () => {
    expect(await run('foreign', 0.75 * layerBytes)).toBe('stopped');
    const uploads = join(folder, 'storage', 'uploads');
    for (const id of await readdir(uploads)) {
      const file = await open(join(uploads, id, 'data'), 'r+');
      await file.write('damaged', 100);
      await file.close();
    }
    await served.close();
    served = await serve(Number(served.registry.split(':')[1]));
    const result = await run('foreign');
    expect(sentOf(result)).toBeGreaterThan(layerBytes);
  });
});
