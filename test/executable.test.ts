import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer as createHttpServer } from 'node:http';
import { get } from 'node:https';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Command } from 'commander';
import { programVersion } from '@sealift/core/program-version';
import { upgradeFormat } from '@sealift/core/upgrade';
import { Secret } from '@sealift/core/secret';
import { basicCredential } from '@sealift/oci/credential';
import { mediaTypes } from '@sealift/oci/descriptor';
import { RegistryClient } from '@sealift/oci/registry-client';
import { peer } from '@sealift/testkit/peers';
import { startKubernetes } from '@sealift/testkit/kube-apiserver';
import { startFileServer } from '@sealift/testkit/file-server';
import { startS3Server } from '@sealift/testkit/s3-server';
import { testKey, validCertificate } from '@sealift/testkit/certificates';
import { startMailServer } from '@sealift/testkit/mail-server';
import { readEvent, startWebhookReceiver } from '@sealift/testkit/webhook-receiver';
import { startVCenter } from '@sealift/testkit/vcenter';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { buildProgram } from '../packages/cli/src/program.ts';
import { testContext } from '../packages/cli/src/testing/test-context.ts';
import { unpackExecutable } from './setup/bundle-executable.ts';
import { z } from 'zod';
import { run as runProcess } from './setup/sealift.ts';

/** Every command that can be named, as its words. */
function everyCommand(command: Command, words: readonly string[] = []): string[][] {
  return command.commands.flatMap((child) => {
    const path = [...words, child.name()];
    return [path, ...everyCommand(child, path)];
  });
}

const peers = [peer('vcenter-simulator'), peer('etcd'), peer('kube-apiserver')] as const;
const versitygw = peer('versitygw');
const missing = peers.find((one) => one.missing);
const commands = everyCommand(buildProgram(testContext().context));
const nouns = [...new Set(commands.map(([noun = '']) => noun))];

/** What services print when they are ready; each some of it. */
interface Ready {
  readonly url: string;
  readonly certificate: string;
  readonly setupUrl: string | null;
  readonly simulated: boolean;
}

/** What the executable holds is all it has: it runs in an empty folder, with a home of its own, and no checkout anywhere near. */
describe('the single executable', () => {
  let folder: string;
  let sealift: string;
  let env: Record<string, string | undefined>;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sealift-executable-'));
    sealift = await unpackExecutable(join(folder, 'sealift'));
    for (const name of ['home', 'empty']) await mkdir(join(folder, name));
    env = {
      PATH: process.env['PATH'],
      HOME: join(folder, 'home'),
      TMPDIR: folder,
      SEALIFT_TRUSTED_KEYS: join(folder, 'trusted'),
    };
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  const run = (args: readonly string[], more: Record<string, string> = {}) =>
    runProcess(sealift, args, { env: { ...env, ...more }, cwd: join(folder, 'empty') });
  const file = (name: string) => join(folder, name);

  it.each(commands.map((words) => [words.join(' ')]))('explains %s', async (words) => {
    const { code, stdout, stderr } = await run([...words.split(' '), '--help']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain(`Usage: sealift ${words}`);
  });

  it.each([
    ['1', {}],
    ['3', { MALLOC_ARENA_MAX: '3' }],
  ])('downloads with so many arenas of malloc: %s', async (arenas, more) => {
    const seen = Promise.withResolvers<string>();
    const server = createHttpServer((_request, response) => {
      seen.resolve(readFileSync(`/proc/${child.pid}/environ`, 'utf8'));
      response.writeHead(404).end();
    });
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/airgap-v1.bin`;
    const child = spawn(sealift, ['download', url], { env: { ...env, ...more }, cwd: folder, stdio: 'ignore' });
    try {
      expect((await seen.promise).split('\0')).toContain(`MALLOC_ARENA_MAX=${arenas}`);
    } finally {
      child.kill('SIGKILL');
      await new Promise((done) => server.close(done).closeAllConnections());
    }
  });

  /** The smallest real run of each noun; a noun that is added needs one. */
  const runs: Readonly<Record<string, () => Promise<void>>> = {
    async keys() {
      expect(await run(['keys', 'generate', '--out', file('vendor')])).toMatchObject({ code: 0 });
      expect(await run(['keys', 'trust', file('vendor.pub')])).toMatchObject({ code: 0 });
      const { stdout } = await run(['keys', 'list', '--json']);
      expect(JSON.parse(stdout).keys).toHaveLength(1);
    },

    async bundle() {
      const { bundles, publicKeyFile } = inject('built');
      const [, path = ''] = bundles[0] ?? [];
      const verified = await run(['bundle', 'verify', path, '--public-key', publicKeyFile, '--json']);
      expect(verified).toMatchObject({ code: 0, stdout: expect.stringContaining('"keyId"') });
    },

    async merge() {
      for (const [name, mtu] of Object.entries({ base: 1440, current: 9000, incoming: 1440 })) {
        await writeFile(file(`${name}.yaml`), `# pods\nmtu: ${mtu}\n`);
      }
      const sides = ['base', 'current', 'incoming'].flatMap((name) => [`--${name}`, file(`${name}.yaml`)]);
      expect(await run(['merge', ...sides])).toMatchObject({ code: 0, stdout: '# pods\nmtu: 9000\n' });
    },

    async registry() {
      await writeFile(file('password'), 'four random words here');
      const users = ['--push-user', `ci=${file('password')}`, '--tls-self-signed'];
      const where = ['--storage', file('registry'), '--listen', '127.0.0.1:0', '--json'];
      await serves(['registry', 'serve', ...where, ...users], async ({ url, certificate }) => {
        expect(await statusOf(`${url}/v2/`, await readFile(certificate))).toBe(401);
        const { host } = new URL(url);
        const ca = await readFile(certificate, 'utf8');
        const credential = basicCredential('ci', new Secret('four random words here'));
        const other = new RegistryClient({ registry: host, credential, ca, env: {} });
        const digest = await putManifest(other, 'team/images/docker.io/library/app', '1.0');
        other.close();
        await newConsole(async (console, cookie) => {
          const env = await loginOf(console, cookie);
          const way = ['--username', 'ci', '--password-file', file('password'), '--ca-file', certificate];
          const paths = ['--pack-base', 'team/packs', '--image-base', 'team/images'];
          expect(await run(['registry', 'add', 'other', host, ...way, ...paths], env)).toMatchObject({ code: 0 });
          expect(await run(['registry', 'sync', 'other'], env)).toMatchObject({ code: 0 });
          const wish = ['--repository', 'team/images/*', '--json'];
          const mirrored = await run(['registry', 'mirror', 'other', 'spectro-packs', ...wish], env);
          expect([mirrored.code, JSON.parse(mirrored.stdout).parts]).toMatchObject([0, [{ state: 'mirrored' }]]);
          const own = ['registry', 'ls', 'spectro-packs'];
          const listed = await run([...own, 'sealift/images/docker.io/library/app'], env);
          expect(listed).toMatchObject({ code: 0, stdout: '1.0\n' });
          const token = `Bearer ${env['SEALIFT_TOKEN'] ?? ''}`;
          const path = 'v2/sealift/images/docker.io/library/app/manifests/1.0';
          const answer = await fetch(`${console}/${path}`, { headers: { authorization: token } });
          expect([answer.status, answer.headers.get('docker-content-digest')]).toEqual([200, digest]);
        }, 'registries');
      });
      expect(await run(['registry', 'gc', '--storage', file('registry')])).toMatchObject({ code: 0 });
    },

    async airgap() {
      const [registry, files] = [await nobody(), await nobody()].map((url) => new URL(url).port);
      const where = ['--listen', '127.0.0.1', '--registry-port', `${registry}`, '--files-port', `${files}`];
      const { code, stdout } = await run(['airgap', 'setup', 'localhost', '--dir', file('host'), ...where, '--json']);
      const passwords = { uploader: expect.any(String), reader: expect.any(String) };
      expect([code, JSON.parse(stdout)]).toMatchObject([0, { host: 'localhost', passwords }]);
      // The services run a copy of it; `support-host.test.ts` starts them.
      expect((await runProcess(join(file('host'), 'bin', 'sealift'), ['version'])).code).toBe(0);
      expect(await run(['airgap', 'status', '--dir', file('host')])).toMatchObject({
        code: 1,
        stderr: expect.stringContaining('it does not answer'),
      });
    },

    // Each asks a console, and there is none: the client is in the executable, and says so in its own words.
    async login() {
      await writeFile(file('token'), 'not-a-token');
      const args = ['login', await nobody(), '--token-file', file('token')];
      expect(await run(args)).toMatchObject({ code: 1, stderr: expect.stringContaining('PLATFORM_UNREACHABLE') });
    },
    async download() {
      const { bundles, publicKeyFile } = inject('built');
      const [, path = ''] = bundles[0] ?? [];
      const server = await startFileServer(dirname(path));
      try {
        const address = `${server.url}/${basename(path)}`;
        const args = ['download', address, '-o', file('fetched.bin'), '--public-key', publicKeyFile, '--json'];
        const { code, stdout, stderr } = await run(args);
        expect([code, stderr]).toEqual([0, expect.not.stringContaining('error:')]);
        expect(JSON.parse(stdout)).toMatchObject({ alreadyHere: false, index: null });
      } finally {
        await server.close();
      }
    },
    async packs() {
      expect(await run(['packs', 'create', file('my-pack'), '--layer', 'addon'])).toMatchObject({ code: 0 });
      expect(await run(['packs', 'validate', file('my-pack')])).toMatchObject({ code: 0 });
      await unreachable('packs', 'outdated');
    },
    async completion() {
      const { code, stdout } = await run(['completion', 'bash']);
      expect([code, stdout]).toEqual([0, expect.stringContaining('complete -F _sealift sealift')]);
    },
    status: () => unreachable('status'),
    updates: () => unreachable('updates'),
    sync: () => unreachable('sync'),
    plan: () => unreachable('plan'),
    async releases() {
      const release = fileURLToPath(new URL('../examples/harborview/4.2.13/release.yaml', import.meta.url));
      expect(await run(['releases', 'lint', release, '--json'])).toMatchObject({
        code: 0,
        stdout: expect.stringContaining('"errors":0'),
      });
    },
    upgrade: () => unreachable('upgrade', 'status'),
    async version() {
      const { code, stdout } = await run(['version', '--json']);
      const said = { version: programVersion, upgrades: { stores: upgradeFormat, reads: [upgradeFormat] } };
      expect([code, JSON.parse(stdout)]).toEqual([0, said]);
      expect((await run(['version'])).stdout).toContain(`sealift ${programVersion}`);
    },
    gateways: () => unreachable('gateways', 'list'),
    async gateway() {
      let token = '';
      let site = '';
      const name = 'hamburg-1';
      await newConsole(async (url, cookie) => {
        site = url;
        const invited = await post(`${url}/api/v1/gateways/invites`, { name }, cookie);
        ({ token } = z.object({ token: z.string() }).parse(await invited.json()));
        await writeFile(file('gateway-token'), token);
        const register = [
          'gateway',
          'register',
          site,
          '--token-file',
          file('gateway-token'),
          '--data',
          file('gateway'),
        ];
        expect(await run(register)).toMatchObject({ code: 0, stdout: expect.stringContaining(`the gateway ${name}`) });
        const running = spawn(sealift, ['gateway', 'run', '--data', file('gateway')], { env, stdio: 'ignore' });
        try {
          // The keeper started the agent out of the executable, and that has reported.
          const seen = z.object({
            gateways: z.array(z.object({ seenAt: z.string().nullable(), version: z.string() })),
          });
          const list = async () =>
            seen.parse(await (await fetch(`${url}/api/v1/gateways`, { headers: { cookie } })).json());
          await expect.poll(async () => (await list()).gateways[0]?.seenAt, { timeout: 60_000 }).not.toBeNull();
          expect((await list()).gateways[0]?.version).toBe(programVersion);
        } finally {
          running.kill('SIGTERM');
          await new Promise((done) => running.once('close', done));
        }
      }, 'gateway-console');
    },
    profile: () => unreachable('profile', 'show'),
    platform: () => unreachable('platform', 'adopt', '4.2.12'),
    cluster: () => unreachable('cluster', 'nodes'),
    // `executable-console.test.ts` verifies that of a whole upgrade.
    evidence: () => unreachable('evidence', 'keys'),

    async backup() {
      let made = '';
      const data = await newConsole(async (url, cookie) => {
        const login = await post(`${url}/api/v1/tokens`, { name: 'backup' }, cookie);
        const { secret } = z.object({ secret: z.string() }).parse(await login.json());
        const { stdout, stderr } = await run(['backup', 'create', '--json'], {
          SEALIFT_URL: url,
          SEALIFT_TOKEN: secret,
        });
        expect(stderr).not.toContain('error:');
        made = z.object({ reference: z.string() }).parse(JSON.parse(stdout)).reference;
      }, 'backed-up');
      const key = ['--secret-key-file', join(data, 'secret-key')];
      const verified = await run(['backup', 'verify', join(data, 'backups', made), ...key, '--json']);
      expect(verified).toMatchObject({ code: 0, stdout: expect.stringContaining('"rows"') });
      const restored = file('restored');
      const into = ['--apply', '--data', restored, ...key];
      expect(await run(['backup', 'restore', join(data, 'backups', made), ...into])).toMatchObject({ code: 0 });
      await serves(consoleArgs(restored), async ({ url, setupUrl }) => {
        const account = { username: 'admin', password: 'four random words here' };
        expect([setupUrl, (await post(`${url}/api/v1/session`, account)).status]).toEqual([null, 200]);
      });
    },

    // On the embedded store; `executable-console.test.ts` runs a whole upgrade on PostgreSQL.
    async server() {
      await newConsole(async (url) => {
        const page = await fetch(url);
        expect([page.status, await page.text()]).toEqual([200, expect.stringContaining('<div id="root">')]);
        expect(page.headers.get('content-security-policy')).toContain("default-src 'none'");
      });
      const args = ['--print', '--executable', '/usr/bin/env', '--data', '/srv/console'];
      const printed = await run(['server', 'unit', ...args]);
      expect(printed).toMatchObject({ code: 0, stdout: expect.stringContaining('ReadWritePaths=/srv/console') });
      const refused = await run(['server', 'pack', '--output', file('.'), '--base', 'oci:nowhere']);
      expect(refused).toMatchObject({ code: 1, stderr: expect.stringContaining('PACK_FOLDER_TAKEN') });
    },

    async accounts() {
      const data = await newConsole();
      const { stdout } = await run(['accounts', 'recover', '--data', data, '--json']);
      const { username, password } = JSON.parse(stdout);
      await serves(consoleArgs(data), async ({ url }) => {
        expect((await post(`${url}/api/v1/session`, { username, password })).status).toBe(200);
      });
    },

    async tokens() {
      await newConsole(async (url, cookie) => {
        const env = await loginOf(url, cookie);
        const made = await run(['tokens', 'create', 'ci', '--role', 'viewer', '-o', file('ci-token'), '--json'], env);
        expect(made).toMatchObject({ code: 0, stdout: expect.stringContaining('"role":"viewer"') });
        expect((await run(['tokens', 'list'], env)).stdout).toContain('Viewer');
      }, 'tokens');
    },

    async audit() {
      await newConsole(async (url, cookie) => {
        const env = await loginOf(url, cookie);
        const [checkpoint, key] = [file('audit.checkpoint'), file('site.pub')];
        expect(await run(['audit', 'checkpoint', '-o', checkpoint], env)).toMatchObject({ code: 0 });
        expect(await run(['evidence', 'keys', '-o', key], env)).toMatchObject({ code: 0 });
        const verified = await run(['audit', 'verify', '--checkpoint', checkpoint, '--key', key, '--json'], env);
        expect(verified).toMatchObject({ code: 0, stdout: expect.stringContaining('"valid":true') });
      }, 'audited');
    },

    async notifications() {
      const receiver = await startWebhookReceiver();
      const mail = await startMailServer({ security: 'starttls', tls: { key: testKey, cert: validCertificate } });
      try {
        await writeFile(file('mail-ca.pem'), validCertificate);
        await newConsole(async (url, cookie) => {
          const env = await loginOf(url, cookie);
          const sealift = (...args: string[]) => run(['notifications', ...args], env);
          expect(await sealift('allow', receiver.origin, '--local')).toMatchObject({ code: 0 });
          const added = await sealift('add', 'hooks', '--webhook', receiver.origin);
          expect(await sealift('test', 'hooks')).toMatchObject({ code: 0, stdout: '204 No Content\n' });
          expect(receiver.requests.map((one) => readEvent(one, added.stdout.trim()).type)).toEqual([
            'dev.sealift.test',
          ]);
          const server = ['--host', 'localhost', '--port', String(mail.port), '--ca-file', file('mail-ca.pem')];
          const sent = await sealift('mail-server', ...server, '--from', 'a@example.org', '--test', 'b@example.org');
          expect(sent).toMatchObject({ code: 0, stdout: expect.stringContaining('b@example.org is taken: 250') });
          expect(mail.mails).toMatchObject([{ to: ['b@example.org'], encrypted: true }]);
        }, 'notified');
      } finally {
        await Promise.all([receiver.stop(), mail.stop()]);
      }
    },

    async certificates() {
      await newConsole(async (url, cookie) => {
        const env = await loginOf(url, cookie);
        const listed = await run(['certificates', '--json'], env);
        expect(listed).toMatchObject({ code: 0, stdout: '{"consoleUrl":null,"certificates":[],"problems":[]}\n' });
      }, 'certified');
    },

    async 'support-bundle'() {
      await newConsole(async (url, cookie) => {
        const env = await loginOf(url, cookie);
        const saved = await run(['support-bundle', '-o', file('support.tar.gz')], env);
        expect(saved).toMatchObject({ code: 0, stderr: expect.stringContaining('versions.json') });
        const [first, second] = await readFile(file('support.tar.gz'));
        expect([first, second]).toEqual([0x1f, 0x8b]);
      }, 'supported');
    },

    async simulator() {
      await serves(['simulator', 'run', '--state', file('simulator')], async ({ simulated, url }) => {
        const health = await fetch(`${url}/v1/health`);
        expect([simulated, await health.json()]).toEqual([true, { simulated: true }]);
      });
    },

    // Builds bundles out of the sample platform, and neither is in the executable.
    demo: () => incomplete('demo', '--dir', file('demo')),

    async vsphere() {
      const [simulator, etcd, apiserver] = peers;
      const vcenter = await startVCenter(simulator, { folder: 'spectro-templates' });
      const kubernetes = await startKubernetes(etcd, apiserver).catch(async (error: unknown) => {
        await vcenter.stop();
        throw error;
      });
      try {
        const { url, username, password, caFile } = vcenter;
        const login = { SEALIFT_VCENTER: url, SEALIFT_VCENTER_USERNAME: username, SEALIFT_VCENTER_PASSWORD: password };
        const templates = await run(['vsphere', 'templates', '--ca-file', caFile, '--json'], login);
        expect(JSON.parse(templates.stdout)).toMatchObject({ folder: '/DC0/vm/spectro-templates', machines: [] });
        const sides = ['--ca-file', caFile, '--kubeconfig', kubernetes.kubeconfig];
        const checked = await run(['vsphere', 'cns', 'check', ...sides], login);
        // It asked both sides: this cluster has no CSI driver.
        expect(checked).toMatchObject({ stderr: expect.stringContaining('CNS_DRIVER_NOT_FOUND') });
      } finally {
        await kubernetes.stop();
        await vcenter.stop();
      }
    },
  };

  it('has a smallest real run for every noun', () => {
    expect(Object.keys(runs).toSorted()).toEqual(nouns.toSorted());
  });

  const needPeers = new Set(missing === undefined ? [] : ['vsphere']);
  for (const [noun, smallest] of Object.entries(runs)) {
    const remedy = needPeers.has(noun) ? ` (${missing?.remedy})` : '';
    it.skipIf(needPeers.has(noun))(`really runs ${noun}${remedy}`, smallest, 240_000);
  }

  const consoleArgs = (data: string) => ['server', 'run', '--data', data, '--listen', '127.0.0.1:0', '--json'];

  /** A console's data, with its first administrator; made once. @returns the folder */
  async function newConsole(look?: (url: string, cookie: string) => Promise<void>, name = 'console'): Promise<string> {
    const data = file(name);
    if (existsSync(data) && look === undefined) return data;
    await serves(consoleArgs(data), async ({ url, setupUrl }) => {
      const token = setupUrl?.split('#token=')[1];
      const account = { username: 'admin', password: 'four random words here' };
      const made = await post(`${url}/api/v1/setup`, { token, ...account });
      expect(made.status).toBe(201);
      await look?.(url, made.headers.getSetCookie()[0]?.split(';')[0] ?? '');
    });
    return data;
  }

  /** The variables by which the client speaks for the administrator of a console. */
  async function loginOf(url: string, cookie: string): Promise<Record<string, string>> {
    const login = await post(`${url}/api/v1/tokens`, { name: 'client' }, cookie);
    const { secret } = z.object({ secret: z.string() }).parse(await login.json());
    return { SEALIFT_URL: url, SEALIFT_TOKEN: secret };
  }

  it.skipIf(versitygw.missing)(`keeps backups in a bucket (${versitygw.remedy})`, async () => {
    const store = await startS3Server(versitygw);
    try {
      const way = ['--s3-endpoint', store.endpoint, '--s3-region', store.region, '--s3-access-key', store.accessKey];
      const secret = { SEALIFT_S3_SECRET_KEY: store.secretKey };
      let made = '';
      const data = await newConsole(async (url, cookie) => {
        const login = await post(`${url}/api/v1/tokens`, { name: 'bucket' }, cookie);
        const { secret: token } = z.object({ secret: z.string() }).parse(await login.json());
        const at = { SEALIFT_URL: url, SEALIFT_TOKEN: token };
        const set = await run(['backup', 'store', '--s3-bucket', store.bucket, ...way], { ...at, ...secret });
        expect(set).toMatchObject({ code: 0, stdout: expect.stringContaining(`s3://${store.bucket}/ at`) });
        const { stdout } = await run(['backup', 'create', '--json'], at);
        made = z.object({ reference: z.string() }).parse(JSON.parse(stdout)).reference;
      }, 'bucket');
      const named = [`s3://${store.bucket}/${made}`, ...way, '--secret-key-file', join(data, 'secret-key')];
      const verified = await run(['backup', 'verify', ...named], secret);
      expect(verified).toMatchObject({ code: 0, stdout: expect.stringContaining('restored and alike') });
    } finally {
      await store.stop();
    }
  });

  /** Starts what serves, looks at it when it says that it is ready, and ends it. */
  async function serves(args: string[], look: (ready: Ready) => Promise<void>): Promise<void> {
    const served = spawn(sealift, args, { env, cwd: file('empty'), stdio: ['ignore', 'pipe', 'pipe'] });
    const ended = new Promise<number | null>((resolve) => served.once('close', resolve));
    const said: string[] = [];
    createInterface(served.stderr).on('line', (line) => said.push(line));
    try {
      const line = await new Promise<string>((resolve, reject) => {
        createInterface(served.stdout).once('line', resolve);
        void ended.then((code) => reject(new Error(`it ended with ${code}: ${said.join('\n')}`)));
      });
      await look(JSON.parse(line));
    } finally {
      served.kill('SIGTERM');
    }
    expect([await ended, said.filter((line) => line.includes('Warning'))]).toEqual([0, []]);
  }

  async function unreachable(...args: string[]): Promise<void> {
    await writeFile(file('token'), 'not-a-token');
    const place = { SEALIFT_URL: await nobody(), SEALIFT_TOKEN: 'not-a-token' };
    const { code, stderr } = await run(args, place);
    expect(stderr).toMatch(/PLATFORM_UNREACHABLE|NOT_LOGGED_IN|PLATFORM_/);
    expect(code).toBe(1);
  }

  async function incomplete(...args: string[]): Promise<void> {
    const { code, stderr } = await run(args);
    expect({ code, stderr }).toMatchObject({ code: 1, stderr: expect.stringContaining('EXECUTABLE_INCOMPLETE') });
  }
});

/** Puts an index that names nothing. @returns its digest */
async function putManifest(client: RegistryClient, repository: string, tag: string): Promise<string> {
  const index = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType: mediaTypes.index, manifests: [] }));
  return await client.putManifest(repository, tag, mediaTypes.index, index);
}

/** An address on this machine at which nobody listens. */
async function nobody(): Promise<string> {
  const server = createServer();
  const port = await new Promise<number>((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve((server.address() as { port: number }).port));
  });
  await new Promise((resolve) => server.close(resolve));
  return `http://127.0.0.1:${port}`;
}

function post(url: string, body: unknown, cookie?: string): Promise<Response> {
  return fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(cookie === undefined ? {} : { cookie }) },
    body: JSON.stringify(body),
  });
}

/** The status of an answer from a server that has this certificate. */
function statusOf(url: string, ca: Buffer): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    get(url, { ca, agent: false }, (answer) => {
      answer.resume().once('end', () => resolve(answer.statusCode));
    }).once('error', reject);
  });
}
