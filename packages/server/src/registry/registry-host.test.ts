import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { mediaTypes } from '@sealift/oci/descriptor';
import { digestOf } from '@sealift/oci/digest';
import { LayoutWriter, openLayout } from '@sealift/oci/layout';
import { push as pushContent, type PushItem } from '@sealift/oci/push';
import { imageReference } from '@sealift/oci/reference';
import { waitUntil } from '@sealift/testkit/wait-until';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { imageBase } from '../catalogue/content-paths.ts';
import { pushRelease, type PushedRelease } from '../testing/push-release.ts';
import { RunningPlatform } from '../testing/running-platform.ts';

const sketch = { kubernetes: '1.26.8', cniValues: 'mtu: 1440\n' };
let platform: RunningPlatform;
let installed: PushedRelease;
let newer: PushedRelease;

beforeAll(async () => {
  platform = await RunningPlatform.start();
  const client = platform.registry();
  installed = await pushRelease(client, {
    ...sketch,
    version: '4.2.12',
    upgradesFrom: '>=4.2.0 <4.2.12',
    // Its image is an index with the image in it.
    alter: ({ spec, ...release }) => {
      const images = spec.images.map((image) => ({ ...image, digest: digestOf(indexOver(image.digest)) }));
      child = spec.images[0]?.digest ?? '';
      return { ...release, spec: { ...spec, images } };
    },
  });
  await client.putManifest(images, 'index', mediaTypes.index, indexOver(child));
  newer = await pushRelease(client, {
    ...sketch,
    version: '4.2.13',
    upgradesFrom: '>=4.2.0 <4.2.13',
    cniValues: 'a: 1\n',
  });
  client.close();
  await platform.sync();
  await platform.call('POST', '/platform/adopt', { version: '4.2.12' });
}, 60_000);
afterAll(() => platform.stop());

/** Of the installed release's image, below its index. */
let child: string;
const images = imageReference(imageBase, 'registry.example/app:4.2.12').repository;

function indexOver(digest: string): Buffer {
  const manifests = [{ mediaType: mediaTypes.manifest, digest, size: 1 }];
  return Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType: mediaTypes.index, manifests }));
}

const packs = 'sealift/packs/spectro-packs/archive';

async function v2(method: string, path: string) {
  const authorization = `Basic ${Buffer.from(`ci:${platform.token}`).toString('base64')}`;
  const answer = await fetch(`${platform.console.url}/v2/${path}`, { method, headers: { authorization } });
  return { status: answer.status, text: await answer.text(), digest: answer.headers.get('docker-content-digest') };
}

async function audit(): Promise<{ action: string; subject: string; actor: string }[]> {
  const entries = [];
  for (let after: string | null = '0'; after !== null; ) {
    const { body } = await platform.call('GET', `/audit?after=${after}`);
    entries.push(...body.entries);
    after = body.next;
  }
  return entries;
}

function calico({ release }: PushedRelease): { repository: string; digest: string } {
  const pack = release.spec.packs.find(({ name }) => name === 'calico');
  return { repository: `${packs}/calico`, digest: pack?.digest ?? '' };
}

it('keeps what the installed release needs, by digest, tag and blob, and says why', async () => {
  const { repository, digest } = calico(installed);
  const manifest = await v2('GET', `${repository}/manifests/${digest}`);
  expect(manifest.status).toBe(200);
  const { layers } = JSON.parse(manifest.text) as { layers: { digest: string }[] };
  const refused = { status: 403, text: expect.stringContaining('4.2.12 needs it') };
  expect(await v2('DELETE', `${repository}/manifests/${digest}`)).toMatchObject(refused);
  expect(await v2('DELETE', `${repository}/blobs/${layers[0]?.digest ?? ''}`)).toMatchObject(refused);
  expect(await v2('DELETE', `${images}/manifests/${child}`)).toMatchObject(refused);
  const { tags } = JSON.parse((await v2('GET', 'sealift/packs/sealift-catalog/tags/list')).text) as { tags: string[] };
  const marker = tags.find((tag) => tag.endsWith('4.2.12')) ?? '';
  expect(await v2('DELETE', `sealift/packs/sealift-catalog/manifests/${marker}`)).toMatchObject(refused);
  expect((await v2('GET', `${repository}/manifests/${digest}`)).status).toBe(200);
  expect((await audit()).filter(({ action }) => action === 'registry.delete')).toEqual([]);
});

it('keeps the tags by which the platform finds its content, and says why; the pinned content may come again', async () => {
  const index = indexOver(child);
  const [tag, other] = ['4.2.12', indexOver(calico(newer).digest)];
  const client = platform.registry();
  await client.putManifest(images, tag, mediaTypes.index, index);
  const moved = client.putManifest(images, tag, mediaTypes.index, indexOver('sha256:'.padEnd(71, '0')));
  await expect(moved).rejects.toMatchObject({
    code: 'TAG_PINNED',
    message: expect.stringMatching(/403 DENIED.*4\.2\.12 has sha256:/),
    hint: expect.stringContaining('under a tag of its own'),
  });
  const { tags } = JSON.parse((await v2('GET', 'sealift/packs/sealift-catalog/tags/list')).text) as { tags: string[] };
  const marker = tags.find((one) => one.endsWith('4.2.12')) ?? '';
  const forged = client.putManifest('sealift/packs/sealift-catalog', marker, mediaTypes.index, other);
  await expect(forged).rejects.toMatchObject({ code: 'TAG_PINNED' });
  expect((await v2('HEAD', `${images}/manifests/${tag}`)).digest).toBe(digestOf(index));
  await client.putManifest(images, 'another', mediaTypes.index, index);
  client.close();
  const refused = (await audit()).filter(({ action }) => action === 'registry.push-refused');
  expect(refused.map(({ subject, actor }) => [subject, actor])).toEqual([
    [`${images}:${tag}`, 'admin'],
    [`sealift/packs/sealift-catalog:${marker}`, 'admin'],
  ]);
});

it('takes other content of a later release by its digest, keeps the needed tag, and says so', async () => {
  const folder = join(platform.folder, 'other-content');
  const writer = await LayoutWriter.create(folder);
  const config = await writer.addBlob(Buffer.from('{}'), { mediaType: mediaTypes.empty });
  const { digest } = await writer.addManifest({ schemaVersion: 2, config, layers: [] });
  await writer.finish();
  const client = platform.registry();
  const spareTag = digest.replace('sha256:', 'digest-');
  const item = { digest, client, repository: images, tag: '4.2.12' };
  const push = async (more: Partial<PushItem> & { readonly moveTags?: boolean }) => {
    const { moveTags = true, ...over } = more;
    return await pushContent({ source: await openLayout(folder), items: [{ ...item, ...over }], moveTags });
  };
  // Without leave to move tags a person looks first; without another tag there is no place for it.
  await expect(push({ moveTags: false, spareTag })).rejects.toMatchObject({ code: 'REGISTRY_TAG_TAKEN' });
  await expect(push({})).rejects.toMatchObject({ code: 'TAG_PINNED' });
  const kept = expect.stringContaining('4.2.12 has sha256:') as string;
  expect((await push({ spareTag })).items).toMatchObject([{ state: 'pushed', tagKept: kept }]);
  expect((await push({ spareTag })).items).toMatchObject([{ state: 'present', tagKept: kept }]);
  expect((await client.headManifest(images, '4.2.12'))?.digest).toBe(digestOf(indexOver(child)));
  expect((await client.headManifest(images, spareTag))?.digest).toBe(digest);
  expect((await client.headManifest(images, digest))?.digest).toBe(digest);
  client.close();
});

it('lets a pack that was built again under its version come before the upgrade to it', async () => {
  const client = platform.registry();
  const rebuilt = indexOver(calico(installed).digest);
  await client.putManifest(`${packs}/calico`, '4.2.12', mediaTypes.index, rebuilt);
  expect((await v2('HEAD', `${packs}/calico/manifests/4.2.12`)).digest).toBe(digestOf(rebuilt));
  client.close();
});

it('tells pushes and deletions in the audit log, with who did it, and lets go what nothing needs', async () => {
  const { repository, digest } = calico(newer);
  expect((await v2('DELETE', `${repository}/manifests/${digest}`)).status).toBe(202);
  expect((await v2('DELETE', `${repository}/manifests/${digest}`)).status).toBe(404);
  const entries = await audit();
  expect(entries.filter(({ action }) => action === 'registry.delete')).toMatchObject([
    { subject: `${repository}@${digest}`, actor: 'admin' },
  ]);
  const pushes = entries.filter(({ action }) => action === 'registry.push');
  expect(pushes.map(({ subject }) => subject)).toContainEqual(
    expect.stringMatching(/sealift-catalog:release-.*4\.2\.13$/),
  );
  expect(new Set(pushes.map(({ actor }) => actor))).toEqual(new Set(['admin']));
  expect((await platform.call('GET', '/audit/verification')).body.valid).toBe(true);
});

it('lets nothing go while it cannot tell what the installed release needs', async () => {
  const index = digestOf(indexOver(child));
  const path = join(platform.folder, 'data/registry/blobs/sha256', index.slice('sha256:'.length));
  await writeFile(path, 'damaged');
  const refused = { status: 403, text: expect.stringContaining('4.2.12 may need it') };
  expect(await v2('DELETE', `${images}/manifests/${child}`)).toMatchObject(refused);
});

it('offers a release that is pushed without anybody asking for a sync', async () => {
  const client = platform.registry();
  await pushRelease(client, { ...sketch, version: '4.2.14', upgradesFrom: '>=4.2.0 <4.2.14', cniValues: 'a: 2\n' });
  client.close();
  const offered = async () =>
    (await platform.call('GET', '/updates')).body.available.some(
      (one: { version: string }) => one.version === '4.2.14',
    );
  await waitUntil('the release in the catalogue', offered);
});
