import { createServer, type Server } from 'node:net';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { Secret } from '@sealift/core/secret';
import { basicCredential } from '@sealift/oci/credential';
import { RegistryClient } from '@sealift/oci/registry-client';
import { type ServedRegistry, serveRegistry } from '@sealift/registry/serve';
import { userAccess } from '@sealift/registry/users';
import { otherNameCertificate, testKey, validCertificate } from '@sealift/testkit/certificates';
import { dockerLogin, startDockerRegistry } from '@sealift/testkit/docker-registry';
import { peer } from '@sealift/testkit/peers';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { underBase } from '../testing/other-base.ts';
import { pushRelease, type ReleaseSketch } from '../testing/push-release.ts';
import { RunningPlatform } from '../testing/running-platform.ts';
import { readerOf } from './remote-content.ts';
import { trySettings } from './try-settings.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const dockerRegistry = peer('docker-registry');
const password = 'a password';
const release: ReleaseSketch = {
  version: '4.2.12',
  kubernetes: '1.26.10',
  upgradesFrom: '>=4.1.0 <4.2.12',
  cniValues: 'mtu: 1\n',
};
const next: ReleaseSketch = { ...release, version: '4.2.13', upgradesFrom: '>=4.2.0 <4.2.13' };
const paths = { packBase: 'team/packs', imageBase: 'team/images' };

let platform: RunningPlatform;
const open: { close(): unknown }[] = [];
let count = 0;

beforeAll(async () => {
  platform = await RunningPlatform.start();
});
afterAll(() => platform.stop());
afterEach(async () => {
  for (const { name, embedded, revision } of (await platform.call('GET', '/registries')).body.registries) {
    if (embedded === false)
      await platform.call('DELETE', `/registries/${name}`, undefined, { 'if-match': `"${revision}"` });
  }
  for (const one of open.splice(0).reverse()) await one.close();
});

/** A registry of ours at `localhost`, with TLS and two users. */
async function served(): Promise<ServedRegistry & { readonly address: string }> {
  count += 1;
  const users = [
    { name: 'writer', password: new Secret(password), access: 'push' },
    { name: 'reader', password: new Secret(password), access: 'pull' },
  ] as const;
  const registry = await serveRegistry({
    storageDir: join(platform.folder, `other-${count}`),
    host: '127.0.0.1',
    port: 0,
    authorize: userAccess(users),
    tls: { cert: validCertificate, key: testKey },
  });
  open.push(registry);
  return { ...registry, address: registry.registry.replace('127.0.0.1', 'localhost') };
}

const settings = (registry: string, changes: object = {}) => ({
  registry,
  plainHttp: false,
  ...paths,
  username: 'writer',
  password,
  ca: validCertificate,
  allowedOrigins: [],
  push: true,
  syncEveryMinutes: null,
  ...changes,
});

/** Pushes a release to a registry of ours with other paths. */
async function pushTo(address: string, sketch: ReleaseSketch) {
  const client = new RegistryClient({
    registry: address,
    credential: basicCredential('writer', new Secret(password)),
    ca: validCertificate,
    env: {},
  });
  open.push(client);
  const pushed = await pushRelease(underBase(client, 'team'), sketch);
  return { ...pushed, client };
}

async function synced(name: string) {
  const { sync } = await platform.until(
    `/registries/${name}`,
    (body) => body.sync.state !== 'running' && body.sync.state !== 'never',
  );
  return sync;
}

async function sync(name: string) {
  expect((await platform.call('POST', `/registries/${name}/sync`)).status).toBe(202);
  return await synced(name);
}

async function add(name: string, address: string, changes: object = {}) {
  const answer = await platform.call('POST', '/registries', { name, ...settings(address, changes) });
  expect(answer.body).toMatchObject({ name });
  return { ...answer.body, sync: await synced(name) };
}

const short = (checks: readonly { name: string; outcome: string; code?: string }[]) =>
  Object.fromEntries(checks.map(({ name, outcome, code }) => [name, code ?? outcome]));

describe('Validate', () => {
  it('passes for a registry with a CA and a login of its own, and leaves nothing there', async () => {
    const { address, storage } = await served();
    const { body } = await platform.call('POST', '/registries/validate', settings(address));
    expect(short(body.checks)).toEqual({
      reach: 'pass',
      login: 'pass',
      pull: 'pass',
      push: 'pass',
      artifacts: 'pass',
      'body-limit': 'pass',
    });
    expect(await storage.repositories({ limit: 10 })).toEqual([]);
    expect((await platform.call('GET', '/registries')).body.registries).toHaveLength(1);
  });

  it.each([
    [
      'a CA that signed another certificate',
      { ca: otherNameCertificate },
      { reach: 'REGISTRY_CERTIFICATE_UNTRUSTED', login: 'unknown' },
    ],
    ['no CA', { ca: null }, { reach: 'REGISTRY_CERTIFICATE_UNTRUSTED', push: 'unknown' }],
    ['a wrong password', { password: 'wrong' }, { reach: 'pass', login: 'REGISTRY_UNAUTHORIZED', pull: 'unknown' }],
    ['a login that may only pull', { username: 'reader' }, { login: 'pass', pull: 'pass', push: 'REGISTRY_DENIED' }],
    [
      'a login that may only pull, to be pulled from',
      { username: 'reader', push: false },
      { pull: 'pass', push: 'unknown' },
    ],
  ])('of %s says so, and nothing is stored', async (_, changes, expected) => {
    const { address } = await served();
    const tried = await platform.call('POST', '/registries/validate', settings(address, changes));
    expect(tried.status).toBe(200);
    expect(short(tried.body.checks)).toMatchObject(expected);
    if ('push' in changes) return;
    const added = await platform.call('POST', '/registries', { name: 'refused', ...settings(address, changes) });
    expect(added).toMatchObject({ status: 422, body: { code: 'REGISTRY_SETTINGS_REFUSED' } });
    expect(short(added.body.registryChecks)).toMatchObject(expected);
    expect((await platform.call('GET', '/registries/refused')).status).toBe(404);
  });

  it('of an address where nobody ever answers ends with that', async () => {
    const silent: Server = createServer(() => undefined);
    await new Promise<void>((listening) => silent.listen(0, '127.0.0.1', listening));
    open.push({ close: () => silent.close() });
    const address = `127.0.0.1:${(silent.address() as AddressInfo).port}`;
    const { password: _, ...asked } = settings(address, { plainHttp: true });
    const soon = { deadlineMs: 20_000, idleTimeoutMs: 300 };
    expect(short(await trySettings(asked, new Secret(password), soon))).toMatchObject({
      reach: 'REGISTRY_UNREACHABLE',
      login: 'unknown',
    });
  });

  it.each([
    [{ registry: 'https://x' }, 'body.registry'],
    [{ registry: 'harbor.example', plainHttp: true }, 'body.plainHttp'],
    [{ ca: 'no certificate' }, 'body.ca'],
    [{ password: undefined }, 'body.password'],
    [{ username: null }, 'body.password'],
    [{ packBase: 'Team' }, 'body.packBase'],
    [{ packBase: '../x' }, 'body.packBase'],
    [{ allowedOrigins: ['https://x/path'] }, 'body.allowedOrigins.0'],
    [{ syncEveryMinutes: 1 }, 'body.syncEveryMinutes'],
  ])('refuses %j', async (changes, place) => {
    const answer = await platform.call('POST', '/registries/validate', settings('localhost:1', changes));
    expect(answer).toMatchObject({ status: 400, body: { code: 'INPUT_INVALID', place } });
  });
});

describe.skipIf(dockerRegistry.missing)(`docker-registry (${dockerRegistry.remedy})`, () => {
  it('is added with its htpasswd login, and its repositories and tags are listed', async () => {
    const started = await startDockerRegistry(dockerRegistry, dockerLogin.htpasswd);
    open.push({ close: () => started.stop() });
    const { registry } = started;
    const login = { username: 'me', password: 'secret', plainHttp: true, ca: null, packBase: '', imageBase: 'images' };
    const added = await add('theirs', registry, login);
    expect(added).toMatchObject({ registry, base: '', sync: { state: 'succeeded' }, revision: 1, changedBy: 'admin' });
    expect(JSON.stringify(added)).not.toContain('secret');
    const { repositories } = (await platform.call('GET', '/registries/theirs/repositories')).body;
    expect(repositories.filter((name: string) => name !== 'sealift-trial')).toEqual([]);
    const behind = (await platform.call('GET', '/registries/theirs/repositories?after=sealift-trial')).body;
    expect(behind).toEqual({ repositories: [], next: null });
    expect((await platform.call('GET', '/registries/theirs/tags?repository=no/such')).body).toMatchObject({
      code: 'REGISTRY_NOT_FOUND',
    });
  });
});

describe('several registries', () => {
  it('are read into one catalogue; one that is away stops no other and is named', async () => {
    const first = await served();
    const second = await served();
    await pushTo(first.address, release);
    await pushTo(second.address, next);
    expect((await add('first', first.address)).sync).toMatchObject({
      state: 'succeeded',
      message: '1 release in the catalogue, 1 new',
    });
    await add('second', second.address);
    const known = async () => (await platform.call('GET', '/registries/first/repositories')).body.repositories;
    expect(await known()).toContain('team/packs/sealift-catalog');
    const { tags } = (await platform.call('GET', '/registries/first/tags?repository=team/packs/sealift-catalog')).body;
    expect(tags).toEqual(['release-harbor_view-4.2.12']);
    await first.close();
    expect(await sync('first')).toMatchObject({
      state: 'failed',
      message: expect.stringContaining('cannot be reached'),
    });
    expect(await sync('second')).toMatchObject({ state: 'succeeded' });
    expect(await sync('spectro-packs')).toMatchObject({ state: 'succeeded' });
  });

  it('that hold a version as different content are named, and nobody upgrades to it until one is gone', async () => {
    const first = await served();
    const second = await served();
    const one = await pushTo(first.address, { ...release, version: '5.0.0' });
    const other = await pushTo(second.address, { ...release, version: '5.0.0', cniValues: 'mtu: 2\n' });
    await add('first', first.address);
    const { sync: state } = await add('second', second.address);
    expect(state.refused).toMatchObject([{ name: 'release-harbor_view-5.0.0', code: 'RELEASE_IN_TWO_REGISTRIES' }]);
    expect(state.refused[0].detail).toContain(one.marker);
    expect(state.refused[0].detail).toContain(other.marker);
    const { conflicts } = (await platform.call('GET', '/registries')).body;
    expect(conflicts).toEqual([
      {
        kind: 'release',
        name: 'Harbor View',
        version: '5.0.0',
        places: [
          { registry: 'first', digest: one.marker, inCatalogue: true },
          { registry: 'second', digest: other.marker, inCatalogue: false },
        ],
      },
    ]);
    const { revision } = (await platform.call('GET', '/registries/first')).body;
    expect(
      (await platform.call('DELETE', '/registries/first', undefined, { 'if-match': `"${revision}"` })).status,
    ).toBe(204);
    expect(await sync('second')).toMatchObject({ state: 'succeeded', refused: [] });
    expect((await platform.call('GET', '/registries')).body.conflicts).toEqual([]);
  });

  it('serve what a release pins from whichever holds it, and one that alone does is not removed', async () => {
    const other = await served();
    const { release: pushed, client } = await pushTo(other.address, release);
    const added = await add('other', other.address);
    // The console's own registry holds nothing of it.
    const adopted = await platform.call('POST', '/platform/adopt', { version: '4.2.12', values: [] });
    expect(adopted.body).toMatchObject({ version: '4.2.12' });
    const [, healthy] = (await platform.call('GET', '/summary')).body.statements;
    const content = () => healthy.checks.find((check: { name: string }) => check.name === 'installed-content');
    expect(content()).toMatchObject({ outcome: 'pass' });
    expect(await platform.sync()).toMatchObject({ state: 'succeeded' });
    const pack = pushed.spec.packs[0];
    const reader = readerOf({ client, paths });
    expect(
      (await reader.headManifest(`sealift/packs/spectro-packs/archive/${pack?.name}`, pack?.digest ?? ''))?.digest,
    ).toBe(pack?.digest);

    const headers = { 'if-match': `"${added.revision}"` };
    const refused = await platform.call('DELETE', '/registries/other', undefined, headers);
    expect(refused).toMatchObject({ status: 409, body: { code: 'REGISTRY_NEEDED' } });
    expect(refused.body.detail).toContain('other holds what Harbor View 4.2.12 needs, which the platform runs: ');
    const moved = await platform.call('PATCH', '/registries/other', { packBase: 'elsewhere' }, headers);
    expect(moved).toMatchObject({ status: 409, body: { code: 'REGISTRY_NEEDED' } });

    await other.close();
    const [, unhealthy] = (await platform.call('GET', '/summary')).body.statements;
    const away = unhealthy.checks.find((check: { name: string }) => check.name === 'installed-content');
    expect(away).toMatchObject({ outcome: 'unknown', detail: expect.stringContaining('the pack registry other') });
    expect((await platform.call('DELETE', '/registries/other', undefined, headers)).body).toMatchObject({
      code: 'REGISTRY_NEEDED',
    });

    const own = platform.registry();
    await pushRelease(own, release);
    own.close();
    expect((await platform.call('DELETE', '/registries/other', undefined, headers)).status).toBe(204);
    const after = await platform.sync();
    expect(after).toMatchObject({ state: 'succeeded', refused: [] });
  });
});

describe('a registry', () => {
  it('is edited with what was seen, and its password goes nowhere else', async () => {
    const first = await served();
    const second = await served();
    const { revision } = await add('mine', first.address);
    const edit = (body: object, seen = revision) =>
      platform.call('PATCH', '/registries/mine', body, { 'if-match': `"${seen}"` });
    expect((await platform.call('PATCH', '/registries/mine', {})).body).toMatchObject({ code: 'PRECONDITION_MISSING' });
    expect((await edit({}, 7)).body).toMatchObject({ code: 'RECORD_CHANGED' });
    expect((await edit({ registry: second.address })).body).toMatchObject({
      code: 'INPUT_INVALID',
      place: 'body.password',
    });
    expect((await edit({ password: 'wrong' })).body).toMatchObject({ code: 'REGISTRY_SETTINGS_REFUSED' });
    const edited = await edit({ syncEveryMinutes: 60 });
    expect(edited).toMatchObject({ status: 200, body: { revision: revision + 1, settings: { syncEveryMinutes: 60 } } });
    expect(short((await platform.call('POST', '/registries/mine/validate')).body.checks)).toMatchObject({
      push: 'pass',
    });
    const moved = await edit({ registry: second.address, password }, revision + 1);
    expect(moved.body).toMatchObject({ registry: second.address, revision: revision + 2 });
    expect(
      (await platform.call('POST', '/registries', { name: 'mine', ...settings(first.address) })).body,
    ).toMatchObject({
      code: 'REGISTRY_NAME_TAKEN',
    });
    const entries = (await platform.call('GET', '/audit?limit=200')).body;
    expect(JSON.stringify(entries)).toContain('pack-registry.change');
    expect(JSON.stringify(entries)).not.toContain(password);
  });

  it('of the console itself is neither changed nor removed', async () => {
    const headers = { 'if-match': '"0"' };
    const own = '/registries/spectro-packs';
    expect((await platform.call('PATCH', own, { push: false }, headers)).body).toMatchObject({
      code: 'REGISTRY_EMBEDDED',
    });
    expect((await platform.call('DELETE', own, undefined, headers)).body).toMatchObject({ code: 'REGISTRY_EMBEDDED' });
    expect((await platform.call('POST', `${own}/validate`)).body).toMatchObject({ code: 'REGISTRY_EMBEDDED' });
    const client = platform.registry();
    await pushRelease(client, release);
    client.close();
    expect((await platform.call('GET', `${own}/repositories`)).body.repositories).toContain(
      'sealift/packs/sealift-catalog',
    );
  });

  it('outlives a restart of the console, and is read by it', async () => {
    const { address } = await served();
    await add('lasting', address);
    await platform.restart();
    expect(await sync('lasting')).toMatchObject({ state: 'succeeded' });
    expect((await platform.call('POST', '/registries/no-such/sync')).body).toMatchObject({ code: 'NOT_FOUND' });
  });
});
