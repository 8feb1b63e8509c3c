import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isSealiftError } from '@sealift/core/errors';
import { Secret } from '@sealift/core/secret';
import { type OddRegistry, type Oddities, startOddRegistry } from '@sealift/testkit/odd-registry';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { basicCredential } from '../credential.ts';
import { type Descriptor, manifestSchema, mediaTypes } from '../descriptor.ts';
import { type Layout, LayoutWriter, openLayout } from '../layout.ts';
import { RegistryClient } from '../registry-client/client.ts';
import { findReferrers, push, type PushRequest } from './push.ts';

const layerBytes = 3_000_000;
const chunkBytes = 1_000_000;
const packType = 'application/vnd.example.pack';
const signatureType = 'application/vnd.example.signature';

let folder: string;
let layout: Layout;
let image: Descriptor;
let other: Descriptor;
let pack: Descriptor;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sealift-quirks-'));
  const writer = await LayoutWriter.create(folder);
  const add = async (text: string | Buffer, mediaType: string) =>
    await writer.addBlob(Buffer.from(text), { mediaType });
  const large = await add(Buffer.alloc(layerBytes, 'abc'), mediaTypes.layerTar);
  const config = await add('{"os":"linux"}', mediaTypes.config);
  const manifest = { schemaVersion: 2, mediaType: mediaTypes.manifest } as const;
  image = await writer.addManifest({ ...manifest, config, layers: [large] });
  other = await writer.addManifest({ ...manifest, config, layers: [large, await add('more', mediaTypes.layerTar)] });
  const small = [await add('content', mediaTypes.layerGzip)];
  pack = await writer.addManifest({ ...manifest, config: await add('{}', packType), layers: small });
  const signature = await writer.addManifest({
    ...manifest,
    artifactType: signatureType,
    config: await add('{}', mediaTypes.empty),
    layers: [await add('signed', mediaTypes.octetStream)],
    subject: image,
  });
  writer.addIndexEntry(signature);
  await writer.finish();
  layout = await openLayout(folder);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const open: (OddRegistry | RegistryClient)[] = [];
afterEach(async () => {
  for (const one of open.splice(0).reverse()) await one.close();
});

async function start(oddities: Oddities) {
  const odd = await startOddRegistry(oddities);
  const credential = basicCredential('user', new Secret('password'));
  const client = new RegistryClient({
    registry: odd.registry,
    plainHttp: true,
    env: {},
    credential,
    retryDelaysMs: [1],
  });
  open.push(odd, client);
  const items = [
    { digest: image.digest, client, repository: 'site/app', tag: '1' },
    { digest: other.digest, client, repository: 'site/other', tag: '1' },
    { digest: pack.digest, client, repository: 'site/pack', tag: '1' },
  ];
  const referrers = await findReferrers(layout, layout.index.manifests);
  const run = async (more: Partial<PushRequest> = {}) =>
    await push({ source: layout, items, referrers, chunkBytes, concurrency: 1, ...more });
  return { odd, run };
}

/** Everything is there, byte for byte, and what a second run finds missing is nothing. */
async function expectWhole({ odd, run }: Awaited<ReturnType<typeof start>>): Promise<void> {
  const result = await run();
  expect(result.items.map(({ state }) => state)).toEqual(['pushed', 'pushed', 'pushed']);
  for (const key of ['site/app 1', 'site/other 1', 'site/pack 1']) expect(odd.manifests.has(key)).toBe(true);
  const sizes = [...odd.blobs].filter(([key]) => key.startsWith('site/other ')).map(([, bytes]) => bytes.length);
  expect(sizes.toSorted((a, b) => a - b)).toEqual([4, 14, layerBytes]);
  const again = await run();
  expect(again.blobs).toMatchObject({ sent: 0, mounted: 0 });
  expect(again.items.map(({ state }) => state)).toEqual(['present', 'present', 'present']);
}

async function errorOf(work: Promise<unknown>) {
  const error: unknown = await work.then(
    () => undefined,
    (failure: unknown) => failure,
  );
  if (!isSealiftError(error)) throw new Error('it did not fail as it should', { cause: error });
  return error;
}

describe('a registry with a quirk is sent everything', () => {
  const quirks: Readonly<Record<string, Oddities>> = {
    none: {},
    'mount answered 400': { mount: 400 },
    'mount answered 401': { mount: 401 },
    'mount answered 403': { mount: 403 },
    'mount answered 404': { mount: 404 },
    'mount answered 405': { mount: 405 },
    'mount answered 500': { mount: 500 },
    'no token for two repositories': { tokens: 'one-repository' },
    'a token service that is busy': { tokens: 'busy-at-first' },
    'a body limit': { bodyLimitBytes: 200_000 },
    'blobs in one piece only': { wholeOnly: true },
    'uploads redirected by 307': { redirect: 307 },
    'uploads redirected by 308': { redirect: 308 },
    'uploads redirected, in one piece only': { redirect: 307, wholeOnly: true },
    'uploads redirected, with tokens': { redirect: 307, tokens: 'one-repository' },
    'HEAD answered 405': { head: 405 },
    'HEAD answered 501': { head: 501 },
    'PUT answered 200': { created: 200 },
    'PUT answered 204': { created: 204 },
    'artifactType refused': { artifacts: 'no-artifact-type' },
    'the empty config refused': { artifacts: 'no-empty-config' },
    'a referrers API': { referrersApi: true },
  };

  it.each(Object.entries(quirks))('%s', async (_name, oddities) => {
    await expectWhole(await start(oddities));
  });

  it('with the plain right where a mount is refused, and without sending its login to another host', async () => {
    const { odd, run } = await start({ redirect: 308, tokens: 'one-repository' });
    await run();
    expect(odd.redirected.length).toBeGreaterThan(0);
    expect(odd.redirected.filter(({ authorization }) => authorization !== undefined)).toEqual([]);
    expect(odd.requests.some(({ path, authorization }) => path.includes('mount=') && authorization !== undefined)).toBe(
      false,
    );
  });

  it('in pieces that fit, once one was refused as too large', async () => {
    const { odd, run } = await start({ bodyLimitBytes: 200_000 });
    await run();
    const pieces = odd.requests.flatMap(({ method, bytes }) => (method === 'PATCH' ? [bytes] : []));
    expect(Math.max(...pieces)).toBe(125_000);
    expect(pieces).toHaveLength(layerBytes / 125_000);
  });

  it('and what refers to an image in the form of OCI 1.0 where the newer one is refused', async () => {
    const { odd, run } = await start({ artifacts: 'no-artifact-type' });
    await run();
    const about = [...odd.manifests.values()].flatMap(({ bytes }) => {
      const manifest = manifestSchema.safeParse(JSON.parse(bytes.toString()));
      return manifest.success && manifest.data.subject !== undefined ? [manifest.data] : [];
    });
    expect(about[0]).toMatchObject({ config: { mediaType: signatureType }, subject: { digest: image.digest } });
    expect(about[0]).not.toHaveProperty('artifactType');
    const list = odd.manifests.get(`site/app ${image.digest.replace(':', '-')}`)?.bytes.toString();
    expect(JSON.parse(list ?? '')).toMatchObject({ manifests: [{ artifactType: signatureType }] });
  });
});

describe('before anything large is sent', () => {
  const sentBytes = ({ requests }: OddRegistry): number => requests.reduce((sum, { bytes }) => sum + bytes, 0);

  it('a registry that takes no artifacts is told so, with its own words', async () => {
    const { odd, run } = await start({ artifacts: 'images-only' });
    const error = await errorOf(run());
    expect(error.code).toBe('REGISTRY_ARTIFACT_REFUSED');
    expect(error.message).toContain(packType);
    expect(error.message).toContain('unknown media type');
    expect(sentBytes(odd)).toBeLessThan(10_000);
  });

  it('a repository that may not be pushed to is named', async () => {
    const { odd, run } = await start({
      intercept: ({ method, path }) =>
        method === 'POST' && path.startsWith('/v2/site/pack/')
          ? { status: 403, body: '{"errors":[{"code":"DENIED","message":"read only"}]}' }
          : undefined,
    });
    const error = await errorOf(run());
    expect([error.code, error.place]).toEqual(['REGISTRY_DENIED', expect.stringContaining('/v2/site/pack/')]);
    expect(error.message).toContain('read only');
    expect(sentBytes(odd)).toBe(0);
  });

  it('a repository that has to be made first is named, with what to do', async () => {
    const { odd, run } = await start({
      intercept: ({ method, path }) =>
        method === 'POST' && path.startsWith('/v2/site/other/') ? { status: 404 } : undefined,
    });
    const error = await errorOf(run());
    expect([error.code, error.hint]).toEqual([
      'REGISTRY_NOT_FOUND',
      expect.stringContaining('Create the repository site/other'),
    ]);
    expect(sentBytes(odd)).toBe(0);
  });

  it('a body limit that no piece gets through is told with the size and what to raise', async () => {
    const { odd, run } = await start({ bodyLimitBytes: 200_000, wholeOnly: true });
    const error = await errorOf(run());
    expect(error.code).toBe('REGISTRY_BODY_LIMIT');
    expect(error.message).toContain(`${layerBytes} bytes`);
    expect(error.hint).toContain('client_max_body_size');
    expect(sentBytes(odd)).toBeLessThan(300_000);
  });
});
