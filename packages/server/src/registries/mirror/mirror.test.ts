import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { promisify } from 'node:util';
import type { MirrorState } from '@sealift/core/api';
import { Secret } from '@sealift/core/secret';
import { basicCredential } from '@sealift/oci/credential';
import { mediaTypes } from '@sealift/oci/descriptor';
import { digestOf } from '@sealift/oci/digest';
import { RegistryClient } from '@sealift/oci/registry-client';
import { type ServedRegistry, serveRegistry } from '@sealift/registry/serve';
import { userAccess } from '@sealift/registry/users';
import { testKey, validCertificate } from '@sealift/testkit/certificates';
import { type DockerRegistry, dockerLogin, startDockerRegistry } from '@sealift/testkit/docker-registry';
import { peer } from '@sealift/testkit/peers';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { pinnedContent } from '../../catalogue/pinned-content.ts';
import { type PostgresServer, startPostgres } from '../../testing/postgres-server.ts';
import { type PushedRelease, pushRelease, type ReleaseSketch } from '../../testing/push-release.ts';
import { RunningPlatform } from '../../testing/running-platform.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 120_000 });

const run = promisify(execFile);
const dockerRegistry = peer('docker-registry');
const crane = peer('crane');
const postgres = peer('postgres');
const isMissing = dockerRegistry.missing || crane.missing;
const release: ReleaseSketch = {
  version: '4.2.12',
  kubernetes: '1.26.10',
  upgradesFrom: '>=4.1.0 <4.2.12',
  cniValues: 'mtu: 1\n',
};
const next: ReleaseSketch = { ...release, version: '4.2.13', upgradesFrom: '>=4.2.0 <4.2.13' };

describe.each([
  { name: 'the embedded store', skip: isMissing, shared: false },
  { name: `PostgreSQL (${postgres.remedy})`, skip: isMissing || postgres.missing, shared: true },
])(`mirrors between registries, in $name (${dockerRegistry.remedy}, ${crane.remedy})`, ({ skip, shared }) => {
  let server: PostgresServer | undefined;
  let platform: RunningPlatform;
  let docker: DockerRegistry;
  let own: RegistryClient;
  let theirs: RegistryClient;
  let pushed: PushedRelease;

  beforeAll(async () => {
    if (skip) return;
    server = shared ? await startPostgres(postgres.path) : undefined;
    platform = await RunningPlatform.start(await server?.newDatabase());
    docker = await startDockerRegistry(dockerRegistry, dockerLogin.htpasswd);
    own = platform.registry();
    const credential = basicCredential('me', new Secret('secret'));
    theirs = new RegistryClient({ registry: docker.registry, plainHttp: true, credential, env: {} });
    pushed = await pushRelease(own, release);
    await platform.sync();
    await add('theirs', { registry: docker.registry, packBase: 'team/packs', imageBase: 'team/images' });
  });
  afterAll(async () => {
    own?.close();
    theirs?.close();
    await platform?.stop();
    await docker?.stop();
    await server?.stop();
  });

  async function add(name: string, settings: object) {
    const login = { username: 'me', password: 'secret', plainHttp: true, ca: null };
    const rest = { allowedOrigins: [], push: true, syncEveryMinutes: null };
    const answer = await platform.call('POST', '/registries', { name, ...login, ...rest, ...settings });
    expect(answer).toMatchObject({ status: 201, body: { name } });
    await platform.until(`/registries/${name}`, ({ sync }) => !['running', 'never'].includes(sync.state));
  }

  async function mirror(from: string, to: string, wish: object = {}): Promise<MirrorState> {
    const begun = await platform.call('POST', '/registry-mirror', { from, to, ...wish });
    expect(begun).toMatchObject({ status: 202, body: { state: 'running', from, to } });
    const ended = await platform.until('/registry-mirror', ({ state }) => state !== 'running');
    await platform.until('/registries', ({ registries }) =>
      registries.every(({ sync }: { sync: { state: string } }) => sync.state !== 'running'),
    );
    return ended;
  }

  /** What crane, which is nobody's of us, finds under a name at docker-registry. */
  async function craneDigest(name: string): Promise<string> {
    const config = join(platform.folder, 'crane');
    const login = ['auth', 'login', docker.registry, '-u', 'me', '-p', 'secret', '--insecure'];
    await run(crane.path, login, { env: { DOCKER_CONFIG: config } });
    const asked = ['digest', '--insecure', `${docker.registry}/${name}`];
    return (await run(crane.path, asked, { env: { DOCKER_CONFIG: config } })).stdout.trim();
  }

  async function artifact(client: RegistryClient, repository: string, tag: string, subject?: object) {
    const bytes = Buffer.from(`${repository}:${tag}`);
    const config = Buffer.from('{}');
    for (const blob of [bytes, config]) {
      await client.pushBlob(repository, digestOf(blob), blob.byteLength, async () => Readable.from([blob]));
    }
    const manifest = Buffer.from(
      JSON.stringify({
        schemaVersion: 2,
        mediaType: mediaTypes.manifest,
        config: { mediaType: mediaTypes.config, digest: digestOf(config), size: config.byteLength },
        layers: [{ mediaType: mediaTypes.layerTar, digest: digestOf(bytes), size: bytes.byteLength }],
        ...(subject === undefined ? {} : { subject }),
      }),
    );
    const digest =
      subject === undefined
        ? await client.putManifest(repository, tag, mediaTypes.manifest, manifest)
        : (await client.putReferrer(repository, mediaTypes.manifest, manifest), digestOf(manifest));
    return { mediaType: mediaTypes.manifest, digest, size: manifest.byteLength };
  }

  it.skipIf(skip)(
    'bring a release from ours to docker-registry digest for digest, the second time without a byte',
    async () => {
      const looked = await mirror('spectro-packs', 'theirs', { dryRun: true });
      expect(looked).toMatchObject({ state: 'succeeded', parts: [{ state: 'lacking' }], sentBytes: 0 });
      expect(looked.lackingBytes).toBeGreaterThan(0);
      expect(await theirs.listRepositories()).not.toContain('team/packs/sealift-catalog');

      const mirrored = await mirror('spectro-packs', 'theirs', { versions: ['4.2.12'] });
      expect(mirrored).toMatchObject({
        state: 'succeeded',
        startedBy: 'admin',
        parts: [{ name: 'release-harbor_view-4.2.12', state: 'mirrored' }],
      });
      expect(mirrored.sentBytes).toBeGreaterThan(0);
      for (const { repository, tag, digest } of pinnedContent('sealift/packs', pushed.release)) {
        expect(await craneDigest(`${repository.replace(/^sealift/, 'team')}:${tag}`)).toBe(digest);
      }
      expect(await craneDigest('team/packs/sealift-catalog:release-harbor_view-4.2.12')).toBe(pushed.marker);
      // The target was read by itself.
      const { sync } = (await platform.call('GET', '/registries/theirs')).body;
      expect(sync).toMatchObject({
        state: 'succeeded',
        message: expect.stringContaining('1 release in the catalogue'),
      });

      const again = await mirror('spectro-packs', 'theirs');
      expect(again).toMatchObject({ state: 'succeeded', parts: [{ state: 'present' }], sentBytes: 0 });
      expect(again.blobs).toMatchObject({ sent: 0, mounted: 0 });
      const { entries } = (await platform.call('GET', '/audit?limit=200')).body;
      const told = JSON.stringify(entries);
      expect(told).toContain('pack-registry.mirror');
      expect(told).not.toContain('"secret"');
    },
  );

  it.skipIf(skip)('bring a release from docker-registry into ours, where the catalogue has it then', async () => {
    const there = Object.assign(Object.create(theirs) as RegistryClient, {
      pushBlob: (repository: string, ...rest: never) =>
        theirs.pushBlob(repository.replace(/^sealift/, 'team'), ...(rest as [never, never, never])),
      putManifest: (repository: string, ...rest: never) =>
        theirs.putManifest(repository.replace(/^sealift/, 'team'), ...(rest as [never, never, never])),
    });
    const { release: pinned, marker } = await pushRelease(there, next);
    const mirrored = await mirror('theirs', 'spectro-packs', { versions: ['4.2.13'] });
    expect(mirrored).toMatchObject({ state: 'succeeded', parts: [{ state: 'mirrored' }] });
    for (const { repository, tag, digest } of pinnedContent('sealift/packs', pinned)) {
      expect((await own.headManifest(repository, tag))?.digest).toBe(digest);
    }
    expect((await own.headManifest('sealift/packs/sealift-catalog', 'release-harbor_view-4.2.13'))?.digest).toBe(
      marker,
    );
    const updates = await platform.until('/registries/spectro-packs', ({ sync }) => /2 releases/.test(sync.message));
    expect(updates.sync.state).toBe('succeeded');
  });

  it.skipIf(skip)('bring repositories by glob, with indexes and what refers to an image', async () => {
    const image = await artifact(own, 'sealift/images/docker.io/library/app', '1.0');
    const signature = await artifact(own, 'sealift/images/docker.io/library/app', 'signature', image);
    const index = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType: mediaTypes.index, manifests: [image] }));
    await own.putManifest('sealift/images/docker.io/library/app', 'many', mediaTypes.index, index);
    const mirrored = await mirror('spectro-packs', 'theirs', { repositories: ['sealift/images/docker.io/*'] });
    expect(mirrored).toMatchObject({
      state: 'succeeded',
      parts: [{ name: 'sealift/images/docker.io/library/app', state: 'mirrored' }],
    });
    const there = 'team/images/docker.io/library/app';
    expect(await craneDigest(`${there}:1.0`)).toBe(image.digest);
    expect(await craneDigest(`${there}:many`)).toBe(digestOf(index));
    expect(await craneDigest(`${there}@${signature.digest}`)).toBe(signature.digest);
    // This registry has no referrers API: what refers to an image is listed under its tag.
    const list = await theirs.getManifest(there, image.digest.replace(':', '-'));
    expect(JSON.parse(list.bytes.toString()).manifests).toMatchObject([{ digest: signature.digest }]);
    expect(await mirror('spectro-packs', 'theirs', { repositories: ['sealift/images/docker.io/*'] })).toMatchObject({
      parts: [{ state: 'present' }],
      sentBytes: 0,
    });
    // And back again, where the list is ours to keep.
    const back = await mirror('theirs', 'spectro-packs', { repositories: [there] });
    expect(back).toMatchObject({ state: 'succeeded', sentBytes: 0 });
  });

  it.skipIf(skip)('name what the source lacks, and go on with the rest', async () => {
    const half = await pushRelease(own, { ...next, version: '4.2.14', kubernetes: '1.26.11' });
    const lost = half.release.spec.images[0];
    await own.removeManifest('sealift/images/registry.example/app', (lost?.digest ?? '') as `sha256:${string}`);
    const mirrored = await mirror('spectro-packs', 'theirs');
    expect(mirrored.state).toBe('failed');
    const [, , failed] = mirrored.parts;
    expect(mirrored.parts.map(({ state }) => state)).toEqual(['present', 'present', 'failed']);
    expect(failed?.problem).toMatchObject({
      code: 'REGISTRY_LACKS',
      detail: expect.stringContaining(lost?.name ?? '?'),
    });
    expect(mirrored.message).toContain('release-harbor_view-4.2.14');
    const tag = 'release-harbor_view-4.2.14';
    expect(await theirs.headManifest('team/packs/sealift-catalog', tag)).toBeUndefined();
  });

  it.skipIf(skip)('move no tag that stands for other content', async () => {
    await artifact(own, 'sealift/images/docker.io/library/other', 'v1');
    const other = await artifact(theirs, 'team/images/docker.io/library/other', 'v1');
    const mirrored = await mirror('spectro-packs', 'theirs', {
      repositories: ['sealift/images/docker.io/library/other'],
    });
    expect(mirrored).toMatchObject({ state: 'failed', parts: [{ problem: { code: 'REGISTRY_TAG_TAKEN' } }] });
    expect(mirrored.parts[0]?.problem?.hint).not.toContain('--move-tags');
    expect(await craneDigest('team/images/docker.io/library/other:v1')).toBe(other.digest);
  });

  it.skipIf(skip)('are refused where they lead nowhere, and say why', async () => {
    const refused = async (from: string, to: string, wish: object = {}) =>
      (await platform.call('POST', '/registry-mirror', { from, to, ...wish })).body;
    expect(await refused('theirs', 'theirs')).toMatchObject({ code: 'REGISTRY_MIRROR_REFUSED' });
    expect(await refused('nobody', 'theirs')).toMatchObject({ code: 'NOT_FOUND' });
    expect(await refused('theirs', 'spectro-packs', { repositories: ['../x'], versions: ['1'] })).toMatchObject({
      code: 'INPUT_INVALID',
    });
    await add('readable', { registry: docker.registry, packBase: 'read', imageBase: 'read', push: false });
    expect(await refused('spectro-packs', 'readable')).toMatchObject({
      code: 'REGISTRY_MIRROR_REFUSED',
      detail: expect.stringContaining('only pulled from'),
    });
    expect(await mirror('spectro-packs', 'theirs', { versions: ['9.9.9'] })).toMatchObject({
      state: 'failed',
      message: expect.stringContaining('release 9.9.9 in spectro-packs'),
    });
    const { status } = await platform.call('POST', '/registry-mirror/cancel');
    expect([status, (await platform.call('GET', '/registry-mirror')).body.state]).toEqual([202, 'failed']);
  });

  it.skipIf(skip)('fail before anything is sent where the login may not push any more', async () => {
    const users = [{ name: 'me', password: new Secret('secret'), access: 'push' as const }];
    const storageDir = join(platform.folder, `served-${shared}`);
    const serve = (access: 'push' | 'pull', port: number): Promise<ServedRegistry> =>
      serveRegistry({
        storageDir,
        host: '127.0.0.1',
        port,
        authorize: userAccess(users.map((user) => ({ ...user, access }))),
        tls: { cert: validCertificate, key: testKey },
      });
    const first = await serve('push', 0);
    const registry = first.registry.replace('127.0.0.1', 'localhost');
    await add('served', { registry, plainHttp: false, ca: validCertificate, packBase: 'p', imageBase: 'i' });
    await first.close();
    const second = await serve('pull', Number(registry.split(':')[1]));
    try {
      const mirrored = await mirror('spectro-packs', 'served', { versions: ['4.2.12'] });
      expect(mirrored).toMatchObject({
        state: 'failed',
        sentBytes: 0,
        parts: [{ problem: { code: 'REGISTRY_DENIED' } }],
      });
      expect(mirrored.message).toContain(registry);
      expect(await second.storage.repositories({ limit: 10 })).toEqual([]);
    } finally {
      await second.close();
    }
  });

  it.skipIf(skip)('read registries that are changed and forgotten with what was seen', async () => {
    await add('mine', { registry: docker.registry, packBase: 'mine', imageBase: 'mine' });
    const seen = (revision: number) => ({ 'if-match': `"${revision}"` });
    const edited = await platform.call('PATCH', '/registries/mine', { syncEveryMinutes: 60 }, seen(1));
    expect(edited).toMatchObject({ status: 200, body: { revision: 2, settings: { syncEveryMinutes: 60 } } });
    const late = await platform.call('DELETE', '/registries/mine', undefined, seen(1));
    expect(late.body).toMatchObject({ code: 'RECORD_CHANGED' });
    expect((await platform.call('DELETE', '/registries/mine', undefined, seen(2))).status).toBe(204);
    const gone = await platform.call('POST', '/registry-mirror', { from: 'mine', to: 'spectro-packs' });
    expect(gone.body).toMatchObject({ code: 'NOT_FOUND' });
  });

  it.skipIf(skip)('are told of by the next start as ended where the console was stopped', async () => {
    const before = (await platform.call('GET', '/registry-mirror')).body;
    await platform.restart();
    expect((await platform.call('GET', '/registry-mirror')).body).toEqual(before);
  });
});
