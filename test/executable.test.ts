import { spawn } from 'node:child_process';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { get } from 'node:https';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import type { Command } from 'commander';
import { peer } from '@sealift/testkit/peers';
import { startKubernetes } from '@sealift/testkit/kube-apiserver';
import { startVCenter } from '@sealift/testkit/vcenter';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { buildProgram } from '../packages/cli/src/program.ts';
import { testContext } from '../packages/cli/src/testing/test-context.ts';
import { takeExecutable } from './setup/bundle-executable.ts';
import { run as runProcess } from './setup/sealift.ts';

/** Every command that can be named, as its words. */
function everyCommand(command: Command, words: readonly string[] = []): string[][] {
  return command.commands.flatMap((child) => {
    const path = [...words, child.name()];
    return [path, ...everyCommand(child, path)];
  });
}

const peers = [peer('vcenter-simulator'), peer('etcd'), peer('kube-apiserver')] as const;
const missing = peers.find((one) => one.missing);
const commands = everyCommand(buildProgram(testContext().context));
const nouns = [...new Set(commands.map(([noun = '']) => noun))];

/** What the executable holds is all it has: it runs in an empty folder, with a home of its own, and no checkout anywhere near. */
describe('the single executable', () => {
  let folder: string;
  let sealift: string;
  let env: Record<string, string | undefined>;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sealift-executable-'));
    sealift = join(folder, 'sealift');
    await takeExecutable(`${sealift}.gz`);
    await pipeline(createReadStream(`${sealift}.gz`), createGunzip(), createWriteStream(sealift, { mode: 0o755 }));
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
      const args = ['registry', 'serve', ...where, ...users];
      const served = spawn(sealift, args, { env, cwd: folder, stdio: ['ignore', 'pipe', 'inherit'] });
      const ended = new Promise<number | null>((resolve) => served.once('close', resolve));
      try {
        const [line = ''] = await new Promise<string[]>((resolve) => {
          createInterface(served.stdout).once('line', (text) => resolve([text]));
        });
        const { url, certificate } = JSON.parse(line);
        expect(await statusOf(`${url}/v2/`, await readFile(certificate))).toBe(401);
      } finally {
        served.kill('SIGTERM');
      }
      expect(await ended).toBe(0);
      expect(await run(['registry', 'gc', '--storage', file('registry')])).toMatchObject({ code: 0 });
    },

    // Each asks a console, and there is none: the client is in the executable, and says so in its own words.
    async login() {
      await writeFile(file('token'), 'not-a-token');
      const args = ['login', await nobody(), '--token-file', file('token')];
      expect(await run(args)).toMatchObject({ code: 1, stderr: expect.stringContaining('PLATFORM_UNREACHABLE') });
    },
    status: () => unreachable('status'),
    updates: () => unreachable('updates'),
    sync: () => unreachable('sync'),
    upgrade: () => unreachable('upgrade', 'show'),
    profile: () => unreachable('profile', 'show'),
    platform: () => unreachable('platform', 'adopt', '4.2.12'),

    // What runs a console or a simulation needs more than the executable holds, and says where it runs.
    server: () => incomplete('server', 'run', '--data', file('console')),
    accounts: () => incomplete('accounts', 'recover', '--data', folder),
    simulator: () => incomplete('simulator', 'run', '--state', file('simulator')),
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
    it.skipIf(needPeers.has(noun))(`really runs ${noun}${remedy}`, smallest);
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

/** An address on this machine at which nobody listens. */
async function nobody(): Promise<string> {
  const server = createServer();
  const port = await new Promise<number>((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve((server.address() as { port: number }).port));
  });
  await new Promise((resolve) => server.close(resolve));
  return `http://127.0.0.1:${port}`;
}

/** The status of an answer from a server that has this certificate. */
function statusOf(url: string, ca: Buffer): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    get(url, { ca, agent: false }, (answer) => {
      answer.resume().once('end', () => resolve(answer.statusCode));
    }).once('error', reject);
  });
}
