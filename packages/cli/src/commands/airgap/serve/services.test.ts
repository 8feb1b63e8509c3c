import { execFile, spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { createBundle } from '@sealift/bundle/create';
import { formatPublicKey, generateKeyPair } from '@sealift/bundle/minisign';
import { issueServerCertificate, makeAuthority } from '@sealift/registry/authority';
import { peer } from '@sealift/testkit/peers';
import { writeSmallRelease } from '@sealift/testkit/small-release';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { run as sealift } from '../../../program.ts';
import { testContext } from '../../../testing/test-context.ts';
import { makeTestHost, type TestHost } from '../testing/support-host.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

const run = promisify(execFile);
const [curl, crane, skopeo] = [peer('curl'), peer('crane'), peer('skopeo')];

interface SetUp {
  readonly caFile: string;
  readonly passwords: Readonly<Record<'uploader' | 'reader', string>>;
}

describe('a support host', () => {
  let host: TestHost;
  let details: SetUp;
  let registry: string;
  let files: string;
  let env: Record<string, string>;
  let bundle: string;
  let publicKey: string;

  beforeAll(async () => {
    host = await makeTestHost();
    details = JSON.parse((await host.setup('--json')).out) as SetUp;
    registry = `localhost:${host.ports[0]}`;
    files = `https://localhost:${host.ports[1]}/bundles`;
    mkdirSync(join(host.folder, 'release'));
    mkdirSync(join(host.folder, 'docker'));
    const releaseFile = await writeSmallRelease(join(host.folder, 'release'));
    const secretKey = generateKeyPair();
    bundle = join(host.folder, 'airgap-v4.2.13.bin');
    publicKey = join(host.folder, 'vendor.pub');
    writeFileSync(publicKey, formatPublicKey(secretKey.publicKey));
    await createBundle({ releaseFile, output: bundle, secretKey, executables: [] });
    env = {
      PATH: process.env['PATH'] ?? '',
      HOME: host.folder,
      XDG_STATE_HOME: join(host.folder, 'state'),
      DOCKER_CONFIG: join(host.folder, 'docker'),
      REGISTRY_AUTH_FILE: join(host.folder, 'docker', 'config.json'),
      SSL_CERT_FILE: details.caFile,
      SEALIFT_TRUSTED_KEYS: join(host.folder, 'trusted'),
    };
    login('uploader', details.passwords.uploader);
    await host.serve();
  });
  afterAll(() => host?.remove());

  function login(user: string, password: string): void {
    const auth = Buffer.from(`${user}:${password}`).toString('base64');
    writeFileSync(join(host.folder, 'docker', 'config.json'), JSON.stringify({ auths: { [registry]: { auth } } }));
  }
  const netrc = (user: 'uploader' | 'reader', password = details.passwords[user]): string => {
    const path = join(host.folder, `netrc-${user}`);
    writeFileSync(path, `machine localhost login ${user} password ${password}\n`, { mode: 0o600 });
    return path;
  };
  const curls = async (...args: readonly string[]): Promise<string> => {
    const { stdout } = await run(curl.path, ['-sS', '--cacert', details.caFile, ...args], { env });
    return stdout;
  };
  const statusOf = (...args: readonly string[]) => curls('-o', '/dev/null', '-w', '%{http_code}', ...args);
  const cli = async (args: readonly string[], more: Record<string, string> = {}) => {
    const { context, written } = testContext({ env: { ...env, ...more } });
    const code = await sealift(args, context);
    return { code, out: written.out.join('\n'), notes: written.notes.join('\n') };
  };

  it('is looked at: both answer with the certificate that is there', async () => {
    const { code, out } = await host.airgap('status', '--json');
    expect([code, JSON.parse(out)]).toMatchObject([
      0,
      {
        services: [
          { service: 'registry', answers: true },
          { service: 'files', answers: true },
        ],
        warnings: [],
      },
    ]);
  });

  it('is waited for until it serves, by the process that is meant', async () => {
    for (const service of ['registry', 'files']) {
      expect(await host.airgap('ready', service, '--process', String(process.pid))).toMatchObject({
        code: 0,
        out: `The service ${service} is ready.`,
      });
    }
    expect((await host.airgap('ready', 'nothing')).notes).toContain('code: USAGE');
    const gone = spawnSync('true').pid;
    expect(await host.airgap('ready', 'files', '--process', String(gone))).toMatchObject({
      code: 3,
      notes: expect.stringContaining('code: SERVICE_NOT_READY'),
    });
  });

  it('has a bundle that is run upload to it, with what the setup printed', async () => {
    const printed = (await host.airgap('setup', 'localhost')).out.match(/\w+=\S+/g) ?? [];
    const variables = Object.fromEntries(printed.map((one) => one.split('=') as [string, string]));
    expect(Object.keys(variables)).toEqual([
      'OCI_PACK_REGISTRY',
      'OCI_PACK_BASE',
      'OCI_IMAGE_REGISTRY',
      'OCI_IMAGE_BASE',
      'SSL_CERT_FILE',
    ]);
    const args = ['bundle', 'run', '--', bundle, '--no-install', '--public-key', publicKey];
    const { code, out, notes } = await cli(args, variables);
    expect([code, out.split('\n').at(-1), notes]).toEqual([0, 'Setup Completed', expect.not.stringContaining('error')]);
  });

  it.skipIf(crane.missing)(`is pushed to and pulled from by crane (${crane.remedy})`, async () => {
    const image = `${registry}/team/image:1`;
    writeFileSync(join(host.folder, 'file'), 'a layer');
    await run('tar', ['-cf', join(host.folder, 'layer.tar'), '-C', host.folder, 'file']);
    await run(crane.path, ['append', '--oci-empty-base', '-f', join(host.folder, 'layer.tar'), '-t', image], { env });
    await run(crane.path, ['validate', '--remote', image], { env });
    login('reader', details.passwords.reader);
    await run(crane.path, ['pull', image, join(host.folder, 'pulled.tar')], { env });
    await expect(run(crane.path, ['tag', image, '2'], { env })).rejects.toThrow(/DENIED|UNAUTHORIZED/);
    login('uploader', details.passwords.uploader);
    await expect(
      run(crane.path, ['ls', `${registry}/team/image`], { env: { ...env, SSL_CERT_FILE: '' } }),
    ).rejects.toThrow(/certificate/);
  });

  it.skipIf(skopeo.missing)(`is copied from by skopeo (${skopeo.remedy})`, async () => {
    const target = join(host.folder, 'copied');
    await run(skopeo.path, ['copy', `docker://${registry}/team/image:1`, `oci:${target}:1`], { env });
    expect(readFileSync(join(target, 'oci-layout'), 'utf8')).toContain('imageLayoutVersion');
  });

  it.skipIf(curl.missing)(`takes a bundle from curl, and gives it to curl and sealift (${curl.remedy})`, async () => {
    const url = `${files}/airgap-v4.2.13.bin`;
    expect(await statusOf('--netrc-file', netrc('reader'), '-T', bundle, url)).toBe('403');
    expect(await statusOf('--netrc-file', netrc('uploader'), '-T', bundle, url)).toBe('201');
    const output = join(host.folder, 'fetched.bin');
    writeFileSync(output, readFileSync(bundle).subarray(0, 100_000));
    await curls('--netrc-file', netrc('reader'), '-C', '-', '-o', output, url);
    expect(readFileSync(output).equals(readFileSync(bundle))).toBe(true);
    const args = [
      'download',
      url,
      '-o',
      join(host.folder, 'again.bin'),
      '--public-key',
      publicKey,
      '--ca-file',
      details.caFile,
    ];
    const { code, notes } = await cli(args, { NETRC: netrc('reader') });
    expect([code, notes]).toEqual([0, expect.not.stringContaining('error')]);
    expect(readFileSync(join(host.folder, 'again.bin')).equals(readFileSync(bundle))).toBe(true);
  });

  it('takes another certificate while it is used, and nobody who asks meanwhile is refused', async () => {
    const answers = new Set<string>();
    const stop = new AbortController();
    const asking = (async () => {
      while (!stop.signal.aborted)
        answers.add(await statusOf('--netrc-file', netrc('reader'), '-I', `${files}/airgap-v4.2.13.bin`));
    })();
    const { code, out } = await host.airgap('rotate', 'certificates', '--json');
    stop.abort();
    await asking;
    expect([code, JSON.parse(out)]).toMatchObject([0, { services: { registry: 'shows it', files: 'shows it' } }]);
    expect([...answers]).toEqual(['200']);
  });

  it('goes over to the certificate of another CA, which is announced before', async () => {
    const authority = await makeAuthority('theirs');
    const made = await issueServerCertificate(authority, ['localhost']);
    const given = { cert: made.cert, key: made.key, ca: authority.cert };
    const args = Object.entries(given).flatMap(([name, text]) => {
      writeFileSync(join(host.folder, `${name}.pem`), text);
      return [`--${name}`, join(host.folder, `${name}.pem`)];
    });
    expect((await host.airgap('rotate', 'certificates', ...args, '--announce')).code).toBe(0);
    // Who takes the file now is ready for both.
    const copied = join(host.folder, 'copied-ca.pem');
    writeFileSync(copied, readFileSync(details.caFile));
    const asks = () => run(curl.path, ['-sS', '--cacert', copied, '-o', '/dev/null', `${files}/`], { env });
    await asks();
    const { code, out } = await host.airgap('rotate', 'certificates', ...args, '--json');
    expect([code, JSON.parse(out)]).toMatchObject([0, { services: { registry: 'shows it', files: 'shows it' } }]);
    await asks();
    const only = join(host.folder, 'ca.pem');
    await run(curl.path, ['-sS', '--cacert', only, '-o', '/dev/null', `${files}/`], { env });
  });

  it('takes new passwords, and the old ones until they are ended', async () => {
    const { passwords, oldUntil } = JSON.parse((await host.airgap('rotate', 'passwords', '--json')).out) as SetUp & {
      oldUntil: string;
    };
    expect(Date.parse(oldUntil)).toBeGreaterThan(Date.now() + 23 * 3_600_000);
    const login = (password: string) => statusOf('-u', `reader:${password}`, '-I', `${files}/airgap-v4.2.13.bin`);
    // Who is told a password uses it at once.
    expect([await login(passwords.reader), await login(details.passwords.reader)]).toEqual(['200', '200']);
    expect((await host.airgap('status')).out).toContain('those of before are good until');
    expect((await host.airgap('rotate', 'passwords')).notes).toContain('AIRGAP_ROTATION_OPEN');
    const retired = await host.airgap('rotate', 'passwords', '--retire-old');
    expect([retired.code, retired.out]).toEqual([
      0,
      expect.stringMatching(/registry +has taken them\n.*\n.*good no more/),
    ]);
    expect([await login(details.passwords.reader), await login(passwords.reader)]).toEqual(['401', '200']);
  });

  it('says so when a service is gone, with exit code 1', async () => {
    await host.stop();
    const { code, notes } = await host.airgap('status');
    expect([code, notes]).toEqual([1, expect.stringContaining('registry: it does not answer')]);
  });
});
