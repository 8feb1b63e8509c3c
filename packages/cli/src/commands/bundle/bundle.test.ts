import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import {
  closeSync,
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bundleEvidenceSchema } from '@sealift/core/evidence';
import { smallOva, writeSmallRelease } from '@sealift/testkit/small-release';
import { type DockerRegistry, startDockerRegistry } from '@sealift/testkit/docker-registry';
import { peer } from '@sealift/testkit/peers';
import { waitUntil } from '@sealift/testkit/wait-until';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { knownOptions } from './run-options.ts';
import { run } from '../../program.ts';
import { testContext } from '../../testing/test-context.ts';

const dockerRegistry = peer('docker-registry');
let folder: string;
let bundle: string;
let key: string;
let trusted: string;

const transcript = `Verifying archive integrity...  100%   SHA256 checksums are OK. All good.
Uncompressing Airgap Setup - Version 4.2.13  100%
Setting up CLI
Setting up Manifests
Setting up Packs
- Pushing Pack cni-calico:3.26.1
- Pushing Pack kubernetes:1.26.10
- Pushing Pack ubuntu-vsphere:22.04
Setting up Images
- Pushing image docker.io/kindest/kindnetd:v20230227-15197099
- Pushing image docker.io/library/busybox:1.36
- Pushing image u-2204-0-k-12610-0.ova
Setup Completed
`;

/** Runs a command in this process. */
async function sealift(args: readonly string[], env: Record<string, string> = {}) {
  const { context, written } = testContext({ env: { ...environment(), ...env } });
  const code = await run(args, context);
  return { code, out: written.out.join('\n'), notes: written.notes.join('\n') };
}

function environment(): Record<string, string> {
  return {
    PATH: process.env['PATH'] ?? '/usr/bin:/bin',
    HOME: join(folder, 'home'),
    TMPDIR: join(folder, 'tmp'),
    SEALIFT_TRUSTED_KEYS: trusted,
    SEALIFT_BIN_DIR: join(folder, 'bin'),
  };
}

function registryVariables(registry: string): Record<string, string> {
  return {
    OCI_PACK_REGISTRY: registry,
    OCI_PACK_BASE: 'sealift/packs',
    OCI_IMAGE_REGISTRY: registry,
    OCI_IMAGE_BASE: 'sealift/images',
  };
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sealift-cli-'));
  trusted = join(folder, 'trusted');
  for (const name of ['home', 'tmp', 'release']) mkdirSync(join(folder, name));
  const release = await writeSmallRelease(join(folder, 'release'));
  bundle = join(folder, 'airgap-v4.2.13.bin');
  await sealift(['keys', 'generate', '--out', join(folder, 'vendor')]);
  key = join(folder, 'vendor.key');
  const made = ['bundle', 'create', '-f', release, '-o', bundle, '--key', key, '--architecture', 'amd64'];
  const created = await sealift(made);
  if (created.code !== 0) throw new Error(created.notes);
}, 180_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('keys', () => {
  it('keeps the secret key to its owner and never overwrites it', async () => {
    expect(statSync(key).mode & 0o777).toBe(0o600);
    const again = await sealift(['keys', 'generate', '--out', join(folder, 'vendor')]);
    expect(again.code).toBe(1);
    expect(again.notes).toContain('KEY_EXISTS');
  });

  it('refuses a bundle with the fingerprint until its key is trusted', async () => {
    const before = await sealift(['bundle', 'verify', bundle]);
    expect(before.code).toBe(2);
    const fingerprint = /SHA256:[A-Za-z0-9+/]{43}/.exec(before.notes)?.[0];
    const trust = await sealift(['keys', 'trust', join(folder, 'vendor.pub'), '--json']);
    expect(JSON.parse(trust.out)).toMatchObject({ fingerprint, added: true });
    expect(JSON.parse((await sealift(['keys', 'trust', join(folder, 'vendor.pub'), '--json'])).out)).toMatchObject({
      added: false,
    });
    expect((await sealift(['keys', 'list'])).out).toContain(String(fingerprint));
    expect((await sealift(['bundle', 'verify', bundle])).code).toBe(0);
  });
});

describe('sealift bundle', () => {
  it('verifies with a key given by hand, and says what it verified as JSON', async () => {
    const args = ['bundle', 'verify', bundle, '--public-key', join(folder, 'vendor.pub'), '--json'];
    const { code, out } = await sealift(args, { SEALIFT_TRUSTED_KEYS: join(folder, 'none') });
    expect(code).toBe(0);
    const evidence = bundleEvidenceSchema.parse(JSON.parse(out));
    expect(evidence).toMatchObject({ verified: true, bundle: { product: 'Harborview', version: '4.2.13' } });
  });

  it('says what a dry run would pin, and writes nothing', async () => {
    const args = [
      'bundle',
      'create',
      '-f',
      join(folder, 'release/release.yaml'),
      '-o',
      join(folder, 'dry.bin'),
      '--key',
      key,
    ];
    const { code, out } = await sealift([...args, '--dry-run', '--json']);
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ bundle: null, release: { metadata: { version: '4.2.13' } } });
    expect(existsSync(join(folder, 'dry.bin'))).toBe(false);
  });

  it.each([
    ['random bytes', () => Buffer.alloc(70_000, 'no archive'), 'OVA_INVALID'],
    ['nothing', () => Buffer.alloc(0), 'OVA_INVALID'],
    ['an image that was cut', (ova: Buffer) => ova.subarray(0, ova.length / 2), 'OVA_INVALID'],
    ['a disk with another byte', (ova: Buffer) => flipByte(ova), 'OVA_DIGEST_MISMATCH'],
  ])('refuses %s as node image before anything is signed', async (_what, change, refusal) => {
    const copy = mkdtempSync(join(folder, 'ova-'));
    cpSync(join(folder, 'release'), copy, { recursive: true });
    writeFileSync(join(copy, smallOva), change(readFileSync(join(copy, smallOva))));
    const args = ['bundle', 'create', '-f', join(copy, 'release.yaml'), '-o', join(copy, 'x.bin'), '--key', key];
    const { code, notes } = await sealift([...args, '--dry-run']);
    expect([code, notes.includes(`code: ${refusal}`)]).toEqual([2, true]);
  });

  it('leaves nothing under the name of the bundle when it is killed while writing', async () => {
    const output = join(folder, 'killed.bin');
    const program = join(import.meta.dirname, '../../../bin/sealift');
    const release = join(folder, 'release/release.yaml');
    const args = ['bundle', 'create', '-f', release, '-o', output, '--key', key, '--architecture', 'amd64'];
    for (const signal of ['SIGKILL', 'SIGINT'] as const) {
      const child = spawn(program, args, { env: environment(), stdio: 'ignore' });
      const started = () => readdirSync(folder).some((name) => name.startsWith('.killed.bin.'));
      await waitUntil('the first bytes', () => started() || child.exitCode !== null, 60_000);
      child.kill(signal);
      await ended(child);
      expect(existsSync(output)).toBe(false);
      expect(existsSync(`${output}.minisig`)).toBe(false);
      if (signal === 'SIGINT') expect(started()).toBe(false);
      for (const name of readdirSync(folder)) if (name.startsWith('.killed')) rmSync(join(folder, name));
    }
  }, 120_000);
});

/** Changes the disk, which is in the second half of the image. */
function flipByte(ova: Buffer): Buffer {
  const changed = Buffer.from(ova);
  const at = Math.floor(ova.length / 2);
  changed.writeUInt8(changed.readUInt8(at) ^ 1, at);
  return changed;
}

/** Runs the bundle itself, as an operator does. */
function runFile(path: string, args: readonly string[], env: Record<string, string> = {}) {
  const done = spawnSync('/bin/sh', ['-c', 'exec "$0" "$@" 2>&1', path, ...args], {
    env: { ...environment(), ...env },
    encoding: 'utf8',
    timeout: 60_000,
  });
  return { code: done.status, out: done.stdout };
}

async function ended(child: ChildProcess): Promise<number | null> {
  if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
  return await new Promise((resolve) => {
    child.once('exit', (code) => resolve(code));
  });
}

describe('a bundle that is run', () => {
  it('checks itself, shows its help, and refuses what it does not know', () => {
    const check = runFile(bundle, ['--check']);
    expect(check).toEqual({ code: 0, out: `${transcript.split('\n')[0]}\n` });
    const help = runFile(bundle, ['--help']);
    expect(help.code).toBe(0);
    for (const option of knownOptions) expect(help.out).toMatch(new RegExp(`(?:^|[ ,])${option}(?:[ ,.;]|$)`, 'm'));
    expect(runFile(bundle, ['--nope'])).toMatchObject({ code: 1 });
    expect(runFile(bundle, ['--tar', 'x'])).toMatchObject({ code: 1 });
    expect(runFile(bundle, ['--quiet', '--check'])).toEqual({ code: 0, out: '' });
    expect(readdirSync(join(folder, 'tmp'))).toEqual([]);
  }, 60_000);

  it('refuses when its key is not trusted', () => {
    const { code, out } = runFile(bundle, [], { SEALIFT_TRUSTED_KEYS: join(folder, 'none') });
    expect(code).toBe(2);
    expect(out).toContain('fingerprint SHA256:');
  }, 60_000);

  it('sets sealift up on a machine that has none, without a login, and that one takes the next steps', () => {
    const home = join(folder, 'bare');
    mkdirSync(home);
    // Named because of root, whose places are the machine's.
    const places = { SEALIFT_BIN_DIR: join(home, '.local/bin'), SEALIFT_TRUSTED_KEYS: join(home, 'trusted') };
    const bare = { PATH: '/usr/bin:/bin', HOME: home, TMPDIR: join(folder, 'tmp'), ...places };
    const sh = (text: string) => {
      const done = spawnSync('/bin/sh', ['-c', `exec 2>&1; ${text}`], { cwd: folder, env: bare, encoding: 'utf8' });
      return { code: done.status, out: done.stdout };
    };
    const refused = sh(`${bundle} --install`);
    expect(refused.code).toBe(2);
    expect(refused.out).toContain('--public-key');
    expect(existsSync(join(home, '.local'))).toBe(false);
    const program = join(home, '.local/bin/sealift');
    const { code, out } = sh(`${bundle} --install --public-key vendor.pub`);
    expect({ code, lines: out.split('\n') }).toEqual({
      code: 0,
      lines: [
        transcript.split('\n')[0],
        `sealift is set up: ${program}`,
        `${home}/.local/bin is not in PATH; for this shell: export PATH="${home}/.local/bin:$PATH"`,
        '',
      ],
    });
    const next = sh(`export PATH="${home}/.local/bin:$PATH"; sealift keys trust vendor.pub && ${bundle} --check`);
    expect(next).toMatchObject({ code: 0, out: expect.stringContaining('Trusted here: key ID') });
    expect(sh(`rm ${program}; ${bundle} --install --json`)).toMatchObject({ code: 0 });
    expect(existsSync(program)).toBe(true);
  }, 120_000);

  it('sets up nothing with --install from a byte that is damaged', () => {
    const damaged = join(folder, 'damaged.bin');
    copyFileSync(bundle, damaged);
    const file = openSync(damaged, 'r+');
    writeSync(file, 'damage', statSync(damaged).size - 2048);
    closeSync(file);
    const bin = join(folder, 'bin-of-damaged');
    expect(runFile(damaged, ['--install'], { SEALIFT_BIN_DIR: bin })).toMatchObject({ code: 2 });
    expect(existsSync(bin)).toBe(false);
    rmSync(damaged);
  }, 60_000);

  it('says what is missing when it does not know where to upload to', () => {
    const { code, out } = runFile(bundle, []);
    expect(code).toBe(1);
    expect(out).toContain('sealift login URL');
    expect(out).toContain(`sh ${bundle} --install`);
  }, 60_000);

  it('leaves nothing behind when it is interrupted', async () => {
    const silent = createServer(() => undefined);
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    const address = silent.address();
    const registry = `127.0.0.1:${address !== null && typeof address === 'object' ? address.port : 0}`;
    const child = spawn(bundle, [], { env: { ...environment(), ...registryVariables(registry) } });
    let out = '';
    child.stdout.on('data', (chunk: Buffer) => {
      out += chunk.toString();
    });
    try {
      await waitUntil('the transcript', () => out.includes('Setting up Manifests'), 60_000);
      child.kill('SIGINT');
      expect(await ended(child)).not.toBe(0);
      expect(out).not.toContain('Setup Completed');
      expect(readdirSync(join(folder, 'tmp'))).toEqual([]);
    } finally {
      child.kill('SIGKILL');
      silent.close();
    }
  }, 90_000);
});

describe.skipIf(dockerRegistry.missing)(`a bundle run against docker-registry (${dockerRegistry.remedy})`, () => {
  let registry: DockerRegistry;

  beforeAll(async () => {
    registry = await startDockerRegistry(dockerRegistry);
  });
  afterAll(() => registry.stop());

  async function repositories(): Promise<string[]> {
    const answer = await fetch(`http://${registry.registry}/v2/_catalog`);
    return ((await answer.json()) as { repositories: string[] }).repositories;
  }

  it('prints the transcript of the runbook, sets up the command line, and can be run again', async () => {
    const env = registryVariables(registry.registry);
    expect(runFile(bundle, [], env)).toEqual({ code: 0, out: transcript });
    expect(await repositories()).toContain('sealift/packs/sealift-catalog');
    expect(runFile(bundle, [], env)).toEqual({ code: 0, out: transcript });
    expect(readdirSync(join(folder, 'tmp'))).toEqual([]);
    const installed = spawnSync(join(folder, 'bin/sealift'), ['bundle', 'verify', bundle], { env: environment() });
    expect(installed.status).toBe(0);
  }, 120_000);
});
