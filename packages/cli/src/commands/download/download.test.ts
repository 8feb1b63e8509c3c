import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openBase } from '@sealift/bundle/base';
import { createBundle } from '@sealift/bundle/create';
import { parseSecretKey, type SecretKey } from '@sealift/bundle/minisign';
import { startDockerRegistry } from '@sealift/testkit/docker-registry';
import { type FileServer, startFileServer } from '@sealift/testkit/file-server';
import { peer } from '@sealift/testkit/peers';
import { writeSmallRelease } from '@sealift/testkit/small-release';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { run } from '../../program.ts';
import { testContext } from '../../testing/test-context.ts';

const version = '4.2.13';

describe('sealift releases publish and sealift download', () => {
  let folder: string;
  let web: string;
  let have: string;
  let key: string;
  let secretKey: SecretKey;
  let server: FileServer;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'sealift-cli-download-'));
    web = join(folder, 'web');
    have = join(folder, 'have');
    for (const name of ['trusted', 'release', 'web', 'have', 'here']) mkdirSync(join(folder, name));
    await sealift('keys', 'generate', '--out', join(folder, 'vendor'));
    await sealift('keys', 'trust', join(folder, 'vendor.pub'));
    key = join(folder, 'vendor.key');
    secretKey = parseSecretKey(readFileSync(key, 'utf8'), 'vendor.key');
    const releaseFile = await writeSmallRelease(join(folder, 'release'));
    const full = join(web, `airgap-v${version}.bin`);
    await createBundle({ releaseFile, output: full, secretKey, executables: [] });
    await createBundle({ releaseFile, output: join(have, 'base.bin'), secretKey, executables: [] });
    await using base = await openBase(full, [secretKey.publicKey]);
    const output = join(web, `airgap-v${version}-from-${version}.bin`);
    await createBundle({ releaseFile, output, secretKey, executables: [], base });
    server = await startFileServer(web);
  });
  beforeEach(() => {
    server.requests.length = 0;
    server.faults.intercept = () => undefined;
    rmSync(join(folder, 'here'), { recursive: true });
    mkdirSync(join(folder, 'here'));
  });
  afterAll(async () => {
    await server?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const here = (name: string): string => join(folder, 'here', name);
  let env: Record<string, string> = {};
  async function sealift(...args: readonly string[]) {
    const { context, written } = testContext({
      env: {
        HOME: folder,
        XDG_STATE_HOME: join(folder, 'state'),
        SEALIFT_TRUSTED_KEYS: join(folder, 'trusted'),
        ...env,
      },
    });
    const code = await run(args, context);
    return { code, out: written.out.join('\n'), notes: written.notes.join('\n') };
  }
  const download = (...args: readonly string[]) => sealift('download', ...args);

  it('publish a folder, first dry, then once', async () => {
    const dry = await sealift('releases', 'publish', web, '--key', key, '--dry-run');
    expect(dry).toMatchObject({ code: 0, out: expect.stringContaining('Nothing was.') });
    expect(readdirSync(web).some((name) => name.endsWith('.json'))).toBe(false);
    const json = JSON.parse((await sealift('releases', 'publish', web, '--key', key, '--json')).out) as object;
    expect(json).toMatchObject({
      changed: true,
      dryRun: false,
      bundles: [{ base: 'Harborview 4.2.13' }, { kind: 'release' }],
    });
    const again = await sealift('releases', 'publish', web, '--key', key);
    expect(again).toMatchObject({ code: 0, out: expect.stringMatching(/2 bundles is as it was\.$/) });
  });

  it('fetch a version, and say of a second run that it is here', async () => {
    const args = [version, '--from', server.url, '-o', here('a.bin')];
    const first = await download(...args);
    expect(first).toMatchObject({
      code: 0,
      out: expect.stringMatching(
        /a\.bin is here: \d+ bytes fetched, 0 were there; release Harborview 4\.2\.13, signed by/,
      ),
    });
    expect(first.notes).toContain('sealift-releases.json, serial');
    expect(readFileSync(here('a.bin')).equals(readFileSync(join(web, `airgap-v${version}.bin`)))).toBe(true);
    expect(await download(...args)).toMatchObject({ code: 0, out: expect.stringContaining('is already here') });
    const json = JSON.parse((await download(...args, '--json')).out) as object;
    expect(json).toMatchObject({ alreadyHere: true, bundle: { version, base: null }, differentials: [] });
  });

  it('fetch by an address with the index that stands beside it', async () => {
    const { code, notes } = await download(`${server.url}/airgap-v${version}.bin`, '-o', here('a.bin'));
    expect(code).toBe(0);
    expect(notes).toContain('serial');
  });

  it('fetch by an address where there is no index, and check by the signature of the bundle', async () => {
    server.faults.intercept = ({ path }) => (path.endsWith('.json') ? { status: 404 } : undefined);
    const { code, notes } = await download(`${server.url}/airgap-v${version}.bin`, '-o', here('a.bin'));
    expect(code).toBe(0);
    expect(notes).toContain('verified by its own signature');
    const wrong = await download(
      `${server.url}/airgap-v${version}.bin`,
      '-o',
      here('b.bin'),
      '--sha256',
      '0'.repeat(64),
    );
    expect(wrong).toMatchObject({ code: 2, notes: expect.stringContaining('DOWNLOAD_DIGEST_WRONG') });
    expect(readdirSync(join(folder, 'here')).toSorted()).toEqual(
      ['a.bin', 'a.bin.minisig'].filter((name) => name === 'a.bin'),
    );
  });

  const python = spawnSync('python3', ['--version']).status === 0;
  it.skipIf(!python)('fetch from the server of Python, which knows no ranges (needs python3)', async () => {
    const args = ['-u', '-m', 'http.server', '0', '--bind', '127.0.0.1'];
    const child = spawn('python3', args, { cwd: web, stdio: ['ignore', 'pipe', 'ignore'] });
    const ended = once(child, 'close');
    try {
      const [said] = (await once(child.stdout, 'data')) as [Buffer];
      const from = /http:\/\/127\.0\.0\.1:\d+\//.exec(said.toString())?.[0] ?? '';
      const byVersion = await download(version, '--from', from, '-o', here('p.bin'));
      expect(byVersion).toMatchObject({ code: 0, out: expect.stringContaining('p.bin is here') });
      expect(readFileSync(here('p.bin')).equals(readFileSync(join(web, `airgap-v${version}.bin`)))).toBe(true);
    } finally {
      child.kill('SIGTERM');
      await ended;
    }
  });

  it('take the differential bundle where what it builds on is there, and say which and why', async () => {
    const name = `airgap-v${version}-from-${version}.bin`;
    const fits = await download(version, '--from', server.url, '-o', here('d.bin'), '--have', have);
    expect(fits.code).toBe(0);
    expect(fits.notes).toMatch(
      new RegExp(`${name}: taken: it builds on Harborview 4\\.2\\.13, and .*have has all \\d+ blobs`),
    );
    expect(fits.out).toContain('differential against Harborview 4.2.13');
    const empty = join(folder, 'empty');
    mkdirSync(empty);
    const lacks = await download(version, '--from', server.url, '-o', here('f.bin'), '--have', empty);
    expect(lacks.notes).toMatch(new RegExp(`${name}: not taken: .*lacks`));
    expect(lacks.notes).toContain(`airgap-v${version}.bin: taken: it needs nothing`);
    expect(lacks.out).not.toContain('differential');
    const word = await download(version, '--from', server.url, '-o', here('w.bin'), '--base', version, '--json');
    expect(JSON.parse(word.out)).toMatchObject({ differentials: [{ name, fits: true, taken: true }] });
  });

  const dockerRegistry = peer('docker-registry');
  it.skipIf(dockerRegistry.missing)(`take it where the registry has that (${dockerRegistry.remedy})`, async () => {
    const registry = await startDockerRegistry(dockerRegistry);
    const place = { OCI_PACK_REGISTRY: registry.registry, OCI_IMAGE_REGISTRY: registry.registry };
    env = { ...place, SEALIFT_BIN_DIR: join(folder, 'bin') };
    try {
      const args = [version, '--from', server.url, '--registry', '-o'];
      const nothing = await download(...args, here('n.bin'));
      expect(nothing).toMatchObject({ code: 0, notes: expect.stringMatching(/which has no release, lacks \d+/) });
      expect(nothing.out).not.toContain('differential');
      expect((await sealift('bundle', 'run', join(have, 'base.bin'))).code).toBe(0);
      const fits = await download(...args, here('r.bin'));
      expect(fits.notes).toMatch(/: taken: it builds on Harborview 4\.2\.13, and .* has all \d+ blobs of it/);
      expect(fits).toMatchObject({ code: 0, out: expect.stringContaining('differential against Harborview 4.2.13') });
      // The differential bundle that came is one that this registry takes.
      expect((await sealift('bundle', 'run', here('r.bin'))).code).toBe(0);
    } finally {
      env = {};
      await registry.stop();
    }
  });

  it('log in by netrc and by variables, and never by the address', async () => {
    const expected = `Basic ${Buffer.from('ann:pw').toString('base64')}`;
    server.faults.intercept = ({ authorization }) => (authorization === expected ? undefined : { status: 401 });
    const args = [version, '--from', server.url, '-o', here('l.bin')];
    expect(await download(...args)).toMatchObject({ code: 1, notes: expect.stringContaining('DOWNLOAD_LOGIN_NEEDED') });
    const netrc = join(folder, 'netrc');
    writeFileSync(netrc, 'machine 127.0.0.1 login ann password wrong\n');
    try {
      env = { NETRC: netrc };
      const refused = await download(...args);
      expect(refused).toMatchObject({ code: 1, notes: expect.stringContaining('DOWNLOAD_LOGIN_REFUSED') });
      writeFileSync(netrc, 'machine 127.0.0.1 login ann password pw\n');
      expect((await download(...args)).code).toBe(0);
      env = { SEALIFT_DOWNLOAD_USERNAME: 'ann', SEALIFT_DOWNLOAD_PASSWORD: 'pw' };
      expect((await download(...args)).out).toContain('already here');
      const password = join(folder, 'password');
      writeFileSync(password, 'pw\n');
      env = {};
      expect((await download(...args, '--username', 'ann', '--password-file', password)).code).toBe(0);
    } finally {
      env = {};
    }
    const inAddress = await download(`${server.url.replace('//', '//ann:pw@')}/x.bin`);
    expect(inAddress).toMatchObject({
      code: 1,
      notes: expect.stringContaining('a login must not be part of the address'),
    });
    expect(inAddress.notes).not.toContain('pw@');
  });

  it.each([
    [['4.2.13'], 'USAGE'],
    [['http://127.0.0.1/x.bin', '--from', 'http://127.0.0.1/'], 'USAGE'],
    [['http://127.0.0.1/x.bin', '--pack', 'x'], 'USAGE'],
    [['ftp://127.0.0.1/x.bin', '--from', 'ftp://127.0.0.1/'], 'USAGE'],
    [['http://127.0.0.1/', '--sha256', 'abc'], 'USAGE'],
    [['4.2.13', '--from', 'http://127.0.0.1/', '--connections', '17'], 'USAGE'],
  ])('refuse %j', async (args, code) => {
    expect(await download(...args)).toMatchObject({ code: 1, notes: expect.stringContaining(`code: ${code}`) });
  });

  it('say which versions there are where one is not', async () => {
    const { code, notes } = await download('9.9.9', '--from', server.url);
    expect([code, notes]).toEqual([1, expect.stringContaining('it has Harborview 4.2.13')]);
    const pack = await download('1.0.0', '--pack', 'cni-calico', '--from', server.url);
    expect(pack).toMatchObject({ code: 1, notes: expect.stringContaining('no pack of cni-calico at all') });
  });
});
