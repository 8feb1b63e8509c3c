import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, open, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createBundle } from '@sealift/bundle/create';
import { formatPublicKey, generateKeyPair } from '@sealift/bundle/minisign';
import { smallOva, writeSmallRelease } from '@sealift/testkit/small-release';
import { type DockerRegistry, startDockerRegistry } from '@sealift/testkit/docker-registry';
import { peer } from '@sealift/testkit/peers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { takeExecutable } from './setup/bundle-executable.ts';
import { bytesBelow, DiskUseWatch } from './setup/disk-use.ts';

const dockerRegistry = peer('docker-registry');
const contentBytes = 320 * 1024 * 1024;
const vendor = generateKeyPair();

let scratch: string;
let bundle: string;
let registry: DockerRegistry;

describe.skipIf(dockerRegistry.missing)(`the disk while a bundle is run (${dockerRegistry.remedy})`, () => {
  beforeAll(async () => {
    scratch = await mkdtemp(join(tmpdir(), 'sealift-disk-'));
    for (const name of ['tmp', 'home', 'cwd', 'bin', 'keys', 'release']) await mkdir(join(scratch, name));
    await writeFile(join(scratch, 'keys', 'vendor.pub'), formatPublicKey(vendor.publicKey));
    const gzipPath = join(scratch, 'sealift.gz');
    await takeExecutable(gzipPath);
    const releaseFile = await writeSmallRelease(join(scratch, 'release'));
    await writeContent(join(scratch, 'release', smallOva), contentBytes);
    bundle = join(scratch, 'airgap-v4.2.13.bin');
    const executables = [{ architecture: 'amd64', gzipPath }] as const;
    await createBundle({ releaseFile, output: bundle, secretKey: vendor, executables });
    registry = await startDockerRegistry(dockerRegistry);
  });
  afterAll(async () => {
    await registry?.stop();
    await rm(scratch, { recursive: true, force: true });
  });

  it('holds the executable and at most a hundredth of the bundle besides', async () => {
    const at = (name: string): string => join(scratch, name);
    const use = new DiskUseWatch([at('tmp'), at('home'), at('cwd')]);
    const installed = new DiskUseWatch([at('bin')]);
    const child = spawn(bundle, ['--json'], {
      cwd: at('cwd'),
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        PATH: process.env['PATH'],
        HOME: at('home'),
        TMPDIR: at('tmp'),
        SEALIFT_BIN_DIR: at('bin'),
        SEALIFT_TRUSTED_KEYS: at('keys'),
        OCI_PACK_REGISTRY: registry.registry,
        OCI_PACK_BASE: 'packs',
        OCI_IMAGE_REGISTRY: registry.registry,
        OCI_IMAGE_BASE: 'images',
      },
    });
    use.follow(child.pid);
    const text = { stdout: '', stderr: '' };
    for (const stream of ['stdout', 'stderr'] as const) {
      child[stream].on('data', (part: Buffer) => {
        text[stream] += part.toString();
        use.look();
      });
    }
    try {
      const code = await ended(child);
      expect({ code, said: code === 0 ? '' : text.stdout + text.stderr }).toEqual({ code: 0, said: '' });
    } finally {
      use.close();
      installed.close();
    }
    const executableBytes = (await stat(at('bin/sealift'))).size;
    const bundleBytes = (await stat(bundle)).size;
    expect(bundleBytes).toBeGreaterThan(contentBytes);
    // It was seen at all: while it was unpacked, or while it ran.
    expect(use.peakBytes).toBeGreaterThan(executableBytes * 0.9);
    expect(use.peakBytes).toBeLessThan(executableBytes + bundleBytes / 100);
    // What is set up to stay is written once.
    expect(installed.peakBytes).toBeLessThan(executableBytes + bundleBytes / 100);
    expect(await readdir(at('tmp'))).toEqual([]);
    expect(bytesBelow(at('home')) + bytesBelow(at('cwd'))).toBeLessThan(64 * 1024);
  });
});

async function ended(child: ChildProcess): Promise<number | null> {
  return await new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve(code));
  });
}

/** Content that nothing can make smaller. */
async function writeContent(path: string, bytes: number): Promise<void> {
  await using file = await open(path, 'w');
  for (let written = 0; written < bytes; ) written += (await file.write(randomBytes(8 * 1024 * 1024))).bytesWritten;
}
