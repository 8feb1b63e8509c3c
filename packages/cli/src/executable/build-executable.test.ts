import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { peer } from '@sealift/testkit/peers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Architecture, hostArchitecture } from './architecture.ts';
import { buildExecutable } from './build-executable.ts';
import { nodeFlags } from './node-flags.ts';
import { findNode } from './node-program.ts';
import { machineOf } from './trim-elf.ts';

const workspace = join(import.meta.dirname, '../../../..');
const other: Architecture = hostArchitecture === 'amd64' ? 'arm64' : 'amd64';
const qemu = peer('qemu-aarch64-static');
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'sealift-executable-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** An environment in which npm is this shell script. */
function withNpm(name: string, script: string): Record<string, string | undefined> {
  const bin = join(folder, name);
  mkdirSync(bin);
  writeFileSync(join(bin, 'npm'), `#!/bin/sh\n${script}\n`);
  chmodSync(join(bin, 'npm'), 0o755);
  return { ...process.env, PATH: `${bin}:${process.env['PATH'] ?? ''}`, XDG_CACHE_HOME: join(folder, `${name}-cache`) };
}

describe('Node.js for another processor', () => {
  it('is not taken when it is not what the lock file pins', async () => {
    // `npm pack <specifier> --silent --pack-destination <folder>` prints the name of what it wrote.
    const env = withNpm('forged', 'echo forged >"$5/node.tgz"; echo node.tgz');
    const cache = join(folder, 'forged-cache');
    await expect(findNode(workspace, other, cache, env)).rejects.toThrow('is not what package-lock.json pins');
    expect(readdirSync(cache)).toEqual([]);
  });

  it('is asked for by name where it cannot be fetched, with what to do without it', async () => {
    const error = await buildExecutable(() => undefined, withNpm('offline', 'exit 1'), other).catch(
      (failure: unknown) => failure,
    );
    expect(error).toMatchObject({
      code: 'EXECUTABLE_UNAVAILABLE',
      message: expect.stringContaining('npm cannot fetch node-linux-'),
      hint: expect.stringContaining(`--architecture ${hostArchitecture}`),
    });
    // The pages are built first.
  }, 120_000);
});

it('starts Node.js as the command of a checkout does', () => {
  const command = readFileSync(join(workspace, 'packages/cli/bin/sealift'), 'utf8');
  expect(command).toContain(`exec "$node" ${nodeFlags.join(' ')} "$root/packages/cli/src/main.ts"`);
});

describe.skipIf(qemu.missing || hostArchitecture === 'arm64')(`the executable for ARM (${qemu.remedy})`, () => {
  it('is built on x86-64, and runs', async () => {
    const gzip = await buildExecutable(() => undefined, process.env, 'arm64');
    const program = gunzipSync(readFileSync(gzip));
    expect(machineOf(program)).toBe('arm64');
    // The mark that Node.js looks at tells it to start the program inside.
    expect(program.includes('NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2:1')).toBe(true);
    const path = join(folder, 'sealift');
    writeFileSync(path, program, { mode: 0o755 });
    const version = execFileSync(qemu.path, ['-L', '/usr/aarch64-linux-gnu', path, '--version'], { encoding: 'utf8' });
    expect(version).toMatch(/^\d+\.\d+\.\d+/);
    expect(existsSync(path)).toBe(true);
  }, 240_000);
});
