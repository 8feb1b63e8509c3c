import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Secret } from '@sealift/core/secret';
import { basicCredential } from '@sealift/oci/credential';
import { mediaTypes } from '@sealift/oci/descriptor';
import { RegistryClient } from '@sealift/oci/registry-client';
import { type ServedRegistry, serveRegistry } from '@sealift/registry/serve';
import { userAccess } from '@sealift/registry/users';
import { type RunningConsole, startConsole } from '@sealift/server/console';
import { testKey, validCertificate } from '@sealift/testkit/certificates';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { run } from '../../program.ts';
import { testContext } from '../../testing/test-context.ts';

// An embedded store is opened, which takes seconds on a busy machine.
vi.setConfig({ testTimeout: 180_000, hookTimeout: 180_000 });

describe('sealift registry, of a console', () => {
  let folder: string;
  let registry: ServedRegistry;
  let console: RunningConsole;
  let token = '';
  let address = '';
  let way: string[];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sealift-registries-'));
    registry = await serveRegistry({
      storageDir: join(folder, 'other'),
      host: '127.0.0.1',
      port: 0,
      authorize: userAccess([{ name: 'ci', password: new Secret('a password'), access: 'push' }]),
      tls: { cert: validCertificate, key: testKey },
    });
    address = registry.registry.replace('127.0.0.1', 'localhost');
    await writeFile(join(folder, 'password'), 'a password\n');
    await writeFile(join(folder, 'wrong'), 'another password\n');
    await writeFile(join(folder, 'ca.pem'), validCertificate);
    way = ['--username', 'ci', '--password-file', join(folder, 'password'), '--ca-file', join(folder, 'ca.pem')];
    console = await startConsole({ dataDir: join(folder, 'data') });
    const account = { username: 'ann', password: 'four random words here' };
    const setup = await post('setup', { token: console.setupUrl?.split('#token=')[1], ...account });
    const cookie = setup.headers.get('set-cookie')?.split(';', 1)[0] ?? '';
    token = ((await (await post('tokens', { name: 'registries' }, cookie)).json()) as { secret: string }).secret;
  });
  afterAll(async () => {
    await console?.close();
    await registry?.close();
    await rm(folder, { recursive: true, force: true });
  });

  function post(path: string, body: object, cookie = ''): Promise<Response> {
    const headers = { 'content-type': 'application/json', cookie };
    return fetch(`${console.url}/api/v1/${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
  }

  async function sealift(...args: string[]) {
    const env = { HOME: folder, SEALIFT_URL: console.url, SEALIFT_TOKEN: token };
    const { context, written } = testContext({ env });
    const code = await run(['registry', ...args], context);
    return { code, out: written.out.join('\n'), notes: written.notes.join('\n') };
  }

  it('tells what each tag of a repository stands for', async () => {
    const credential = basicCredential('ci', new Secret(token));
    const own = new RegistryClient({ registry: new URL(console.url).host, plainHttp: true, credential, env: {} });
    const platform = { os: 'linux', architecture: 'arm64' };
    const child = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType: mediaTypes.index, manifests: [] }));
    const digest = await own.putManifest('team/app', '1', mediaTypes.index, child);
    const manifests = [{ mediaType: mediaTypes.index, digest, size: child.byteLength, platform }];
    const index = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType: mediaTypes.index, manifests }));
    await own.putManifest('team/app', '2', mediaTypes.index, index);
    own.close();
    const [first, second] = (await sealift('ls', 'spectro-packs', 'team/app', '--long')).out.split('\n');
    expect(first).toMatch(new RegExp(`^1  index  -  20\\S+Z  ${digest}$`));
    expect(second).toMatch(/^2  index  linux\/arm64  20\S+Z  sha256:/);
    expect((await sealift('ls', 'spectro-packs', 'no/such', '--long')).notes).toContain('REGISTRY_NOT_FOUND');
  });

  it('adds one, lists, tries, changes, reads and removes it', async () => {
    const dry = await sealift('add', 'other', address, ...way, '--dry-run');
    expect([dry.code, dry.out]).toEqual([0, expect.stringContaining('ok: Content may be pushed to it')]);
    expect((await sealift('ls')).out).not.toContain('other');

    const added = await sealift('add', 'other', address, ...way, '--pack-base', 'team/packs', '--sync-every', '60');
    expect([added.code, added.notes]).toEqual([0, '']);
    expect(added.out).toContain('The registry other is added');
    const listed = (await sealift('ls')).out;
    expect(listed).toContain('spectro-packs  127.0.0.1');
    expect(listed).toContain(`other  ${address}/team/packs  pull and push, synced every 60 minutes`);
    expect(JSON.parse((await sealift('ls', '--json')).out).registries).toHaveLength(2);

    expect(await sealift('sync', 'other')).toMatchObject({ code: 0, out: 'other: The registry holds no release yet' });
    expect(await sealift('sync', 'spectro-packs', '--no-wait')).toMatchObject({ code: 0 });
    expect((await sealift('validate', 'other')).code).toBe(0);
    expect((await sealift('ls', 'other')).code).toBe(0);
    expect((await sealift('ls', 'other', 'no/such')).notes).toContain('REGISTRY_NOT_FOUND');

    // Nothing is there: the mirror says so, of the part that was asked for.
    const mirrored = await sealift('mirror', 'spectro-packs', 'other', '--repository', 'no/such');
    expect(mirrored).toMatchObject({ code: 1, out: expect.stringContaining('failed: no/such') });
    expect([mirrored.out, mirrored.notes]).toEqual([
      expect.stringContaining('REGISTRY_NOT_FOUND'),
      expect.stringContaining('REGISTRY_MIRROR_FAILED'),
    ]);
    expect((await sealift('mirror', 'other', 'spectro-packs')).notes).toContain('holds no release in other');
    expect(await sealift('mirror', '--cancel')).toMatchObject({
      code: 0,
      out: expect.stringContaining('No mirror is under way'),
    });

    const tried = await sealift('edit', 'other', '--pull-only', '--dry-run');
    expect([tried.code, tried.out]).toEqual([0, expect.stringContaining('not tried: Content may be pushed to it')]);
    expect((await sealift('edit', 'other', '--pull-only', '--sync-every', '0')).code).toBe(0);
    expect((await sealift('ls')).out).toContain(`other  ${address}/team/packs  pull only\n`);

    expect(await sealift('remove', 'other')).toMatchObject({ code: 0 });
    expect((await sealift('ls')).out).not.toContain('other');
  });

  it('says why it refuses, and stores nothing then', async () => {
    const wrong = ['--username', 'ci', '--password-file', join(folder, 'wrong'), '--ca-file', join(folder, 'ca.pem')];
    const refused = await sealift('add', 'refused', address, ...wrong);
    expect([refused.code, refused.notes]).toEqual([1, expect.stringContaining('REGISTRY_SETTINGS_REFUSED')]);
    const dry = await sealift('add', 'refused', address, ...wrong, '--dry-run');
    expect([dry.code, dry.out]).toEqual([1, expect.stringContaining('FAILED: The login is accepted')]);
    expect(JSON.parse((await sealift('ls', '--json')).out).registries).toHaveLength(1);
    for (const [exit, expected, ...args] of [
      [1, 'USAGE', 'edit', 'spectro-packs'],
      [1, 'USAGE', 'edit', 'spectro-packs', '--push', '--pull-only'],
      [1, 'USAGE', 'add', 'x', address, '--sync-every', 'often'],
      [2, 'INPUT_INVALID', 'add', 'X', address],
      [1, 'REGISTRY_EMBEDDED', 'edit', 'spectro-packs', '--pull-only'],
      [1, 'REGISTRY_EMBEDDED', 'remove', 'spectro-packs'],
      [1, 'NOT_FOUND', 'remove', 'nobody'],
      [1, 'NOT_FOUND', 'sync', 'nobody'],
      [1, 'USAGE', 'mirror', 'spectro-packs'],
      [1, 'USAGE', 'mirror', 'spectro-packs', '--cancel'],
      [1, 'USAGE', 'mirror', 'a', 'b', '--release', '1', '--repository', 'x'],
      [1, 'NOT_FOUND', 'mirror', 'spectro-packs', 'nobody'],
      [1, 'REGISTRY_MIRROR_REFUSED', 'mirror', 'spectro-packs', 'spectro-packs'],
    ] as const) {
      const { code, notes } = await sealift(...args);
      expect([args.join(' '), code, notes]).toEqual([args.join(' '), exit, expect.stringContaining(expected)]);
    }
  });
});
