import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startDockerRegistry } from '@sealift/testkit/docker-registry';
import { peer } from '@sealift/testkit/peers';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type Descriptor, type Index, indexSchema, mediaTypes } from '../descriptor.ts';
import { type Layout, LayoutWriter, openLayout } from '../layout.ts';
import { RegistryClient } from '../registry-client/client.ts';
import { type OddRegistry, startOddRegistry } from '@sealift/testkit/odd-registry';
import { findReferrers, push, type PushItem } from './push.ts';

const dockerRegistry = peer('docker-registry');

let folder: string;
let layout: Layout;
let image: Descriptor;
let platforms: Descriptor;
let signature: Descriptor;
let sbom: Descriptor;
let sbomSignature: Descriptor;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sealift-referrers-'));
  const writer = await LayoutWriter.create(folder);
  const config = await writer.addBlob(Buffer.from('{}'), { mediaType: mediaTypes.empty });
  const add = async (content: string, subject?: Descriptor, artifactType?: string): Promise<Descriptor> =>
    await writer.addManifest({
      schemaVersion: 2,
      mediaType: mediaTypes.manifest,
      config,
      layers: [await writer.addBlob(Buffer.from(content), { mediaType: mediaTypes.octetStream })],
      ...(subject === undefined ? {} : { subject }),
      ...(artifactType === undefined ? {} : { artifactType }),
      ...(artifactType === undefined ? {} : { annotations: { made: 'by a test' } }),
    });
  image = await add('image');
  platforms = await writer.addManifest({ schemaVersion: 2, mediaType: mediaTypes.index, manifests: [image] });
  signature = await add('signature', platforms, 'application/vnd.example.signature');
  sbom = await add('sbom', image, 'application/vnd.example.sbom');
  sbomSignature = await add('signature of the sbom', sbom);
  for (const [index, one] of [platforms, signature, sbom, sbomSignature].entries())
    writer.addIndexEntry(one, `n${index}`);
  await writer.finish();
  layout = await openLayout(folder);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const open: { close(): unknown }[] = [];
afterEach(async () => {
  for (const one of open.splice(0).reverse()) await one.close();
});

function clientOf(registry: string): RegistryClient {
  const client = new RegistryClient({ registry, plainHttp: true, env: {} });
  open.push(client);
  return client;
}

async function startOdd(referrersApi: boolean): Promise<{ odd: OddRegistry; client: RegistryClient }> {
  const odd = await startOddRegistry({ referrersApi });
  open.push(odd);
  return { odd, client: clientOf(odd.registry) };
}

async function pushImage(client: RegistryClient) {
  const item: PushItem = { digest: platforms.digest, client, repository: 'site/app', tag: '1' };
  const referrers = await findReferrers(layout, layout.index.manifests);
  return await push({ source: layout, items: [item], referrers });
}

/** What the tag that stands for a subject's referrers lists. */
async function listed(client: RegistryClient, subject: Descriptor): Promise<Index['manifests']> {
  const { bytes } = await client.getManifest('site/app', subject.digest.replace(':', '-'));
  return indexSchema.parse(JSON.parse(bytes.toString())).manifests;
}

describe('what refers to an image', () => {
  it('is found by its subject', async () => {
    const found = await findReferrers(layout, layout.index.manifests);
    const digests = [...found].map(([subject, list]) => [subject, list.map(({ digest }) => digest)]);
    expect(new Map(digests as [string, string[]][])).toEqual(
      new Map([
        [platforms.digest, [signature.digest]],
        [image.digest, [sbom.digest]],
        [sbom.digest, [sbomSignature.digest]],
      ]),
    );
  });

  it('is put after its subject and before the tag, and not listed where the registry does that', async () => {
    const { odd, client } = await startOdd(true);
    await pushImage(client);
    const puts = odd.requests.flatMap(({ method, path }) =>
      method === 'PUT' && path.includes('/manifests/') ? [path.replace('/v2/site/app/manifests/', '')] : [],
    );
    expect(puts.slice(0, 2)).toEqual([image.digest, platforms.digest]);
    expect(puts.slice(2, 4).toSorted()).toEqual([signature.digest, sbom.digest].toSorted());
    expect(puts.slice(4)).toEqual([sbomSignature.digest, '1']);
    odd.requests.splice(0);
    expect((await pushImage(client)).items.map(({ state }) => state)).toEqual(['present']);
    expect(odd.requests.filter(({ method }) => method !== 'HEAD' && method !== 'GET')).toEqual([]);
  });

  it('is sent when only that is missing', async () => {
    const { odd, client } = await startOdd(true);
    const item: PushItem = { digest: platforms.digest, client, repository: 'site/app', tag: '1' };
    await push({ source: layout, items: [item] });
    expect(odd.manifests.has(`site/app ${sbomSignature.digest}`)).toBe(false);
    expect((await pushImage(client)).items.map(({ state }) => state)).toEqual(['pushed']);
    expect(odd.manifests.has(`site/app ${sbomSignature.digest}`)).toBe(true);
  });

  it('is added to what a tag lists already, also when the run before was cut in between', async () => {
    const { odd, client } = await startOdd(false);
    const other = { mediaType: mediaTypes.manifest, digest: image.digest, size: image.size };
    const tag = platforms.digest.replace(':', '-');
    const before = { schemaVersion: 2, mediaType: mediaTypes.index, manifests: [other], annotations: { kept: 'yes' } };
    await client.putManifest('site/app', tag, mediaTypes.index, Buffer.from(JSON.stringify(before)));
    await pushImage(client);
    expect((await listed(client, platforms)).map(({ digest }) => digest)).toEqual([other.digest, signature.digest]);
    const kept = JSON.parse((await client.getManifest('site/app', tag)).bytes.toString()) as Index;
    expect(kept.annotations).toEqual({ kept: 'yes' });
    odd.manifests.delete(`site/app ${sbom.digest.replace(':', '-')}`);
    await pushImage(client);
    expect((await listed(client, sbom)).map(({ digest }) => digest)).toEqual([sbomSignature.digest]);
    odd.requests.splice(0);
    await pushImage(client);
    expect(odd.requests.filter(({ method }) => method === 'PUT')).toEqual([]);
  });

  it('is not lost when another client writes the same tag at the same time', async () => {
    const tag = platforms.digest.replace(':', '-');
    const other = { mediaType: mediaTypes.manifest, digest: image.digest, size: image.size };
    const index = { schemaVersion: 2, mediaType: mediaTypes.index, manifests: [other] };
    const body = Buffer.from(JSON.stringify(index));
    let overwrites = 1;
    const odd = await startOddRegistry({
      intercept({ method, path }) {
        if (method !== 'PUT' || !path.endsWith(tag) || overwrites === 0) return undefined;
        overwrites -= 1;
        odd.manifests.set(`site/app ${tag}`, { mediaType: mediaTypes.index, bytes: body });
        return { status: 201 };
      },
    });
    open.push(odd);
    const client = clientOf(odd.registry);
    await pushImage(client);
    expect((await listed(client, platforms)).map(({ digest }) => digest)).toEqual([other.digest, signature.digest]);
  });

  it('is not listed over something else that has the tag', async () => {
    const { client } = await startOdd(false);
    const tag = platforms.digest.replace(':', '-');
    await client.putManifest('site/app', tag, mediaTypes.manifest, Buffer.from('{"schemaVersion":2}'));
    await expect(pushImage(client)).rejects.toMatchObject({ code: 'REFERRERS_TAG_INVALID' });
    expect(await client.headManifest('site/app', '1')).toBeUndefined();
  });
});

describe.skipIf(dockerRegistry.missing)(`what refers to an image at docker-registry (${dockerRegistry.remedy})`, () => {
  it('is listed under the tags of the specification, as it has no such list', async () => {
    const registry = await startDockerRegistry(dockerRegistry);
    try {
      const client = clientOf(registry.registry);
      await pushImage(client);
      expect(await client.listReferrers('site/app', platforms.digest)).toBeUndefined();
      expect(await listed(client, platforms)).toEqual([
        {
          mediaType: mediaTypes.manifest,
          digest: signature.digest,
          size: signature.size,
          artifactType: 'application/vnd.example.signature',
          annotations: { made: 'by a test' },
        },
      ]);
      expect((await listed(client, sbom))[0]).toMatchObject({
        digest: sbomSignature.digest,
        artifactType: mediaTypes.empty,
      });
      expect((await pushImage(client)).items.map(({ state }) => state)).toEqual(['present']);
      expect((await listed(client, image)).map(({ digest }) => digest)).toEqual([sbom.digest]);
    } finally {
      await registry.stop();
    }
  });
});
