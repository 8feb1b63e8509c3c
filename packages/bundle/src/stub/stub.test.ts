import { execFileSync, spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { WrittenBundle } from '../create/write-bundle.ts';
import { blobMemberPath, stubBytes } from '../format/manifest.ts';
import { scriptedExecutable, writeSmallBundle } from '../testing/small-bundle.ts';

let folder: string;
let temporary: string;
let bundle: WrittenBundle;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sealift-stub-'));
  temporary = join(folder, 'tmp');
  mkdirSync(temporary);
  ({ bundle } = await writeSmallBundle(folder));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Outcome {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

function run(command: string, args: readonly string[], env: Record<string, string> = {}): Outcome {
  const done = spawnSync(command, args, {
    cwd: folder,
    encoding: 'utf8',
    env: { PATH: process.env['PATH'] ?? '/usr/bin:/bin', TMPDIR: temporary, HOME: temporary, ...env },
    timeout: 20_000,
    maxBuffer: 64 * 1024 * 1024,
  });
  return { code: done.status, out: done.stdout, err: done.stderr };
}

const shells = ['dash', 'bash', 'busybox', 'ksh', 'zsh', 'mksh'].filter((name) =>
  ['/bin', '/usr/bin'].some((place) => existsSync(join(place, name))),
);

describe.each(shells)('the stub under %s', (shell) => {
  const sh = (...args: string[]): Outcome => (shell === 'busybox' ? run('busybox', ['sh', ...args]) : run(shell, args));

  it('starts the executable with the bundle and the arguments, and ends with its code', () => {
    const { code, out, err } = sh(bundle.path, '--check', 'two words', '--', '--help');
    expect(out).toBe(`called: [bundle] [run] [--unpacked] [--] [${bundle.path}] [--check] [two words] [--] [--help]\n`);
    expect(err).toBe('');
    expect(code).toBe(42);
    expect(readdirSync(temporary)).toEqual([]);
  });

  it.each(['--help', '-help', '-h'])('shows %s without starting anything', (option) => {
    const { code, out } = sh(bundle.path, '--quiet', option);
    expect(code).toBe(0);
    expect(out).toContain('Airgap Setup - Version 4.2.13');
    expect(out).toContain('minisign -Vm FILE -p vendor.pub');
    expect(out).not.toContain('called');
  });

  it('refuses a damaged executable with code 2 and starts nothing', () => {
    const bytes = readFileSync(bundle.path);
    const blob = bundle.manifest.members.find(({ path }) => path === blobMemberPath(executableSha256(bytes)));
    if (blob === undefined) throw new Error('no executable');
    const at = bytes.length - 1024 - (bundle.manifest.members.at(-1)?.offset ?? 0);
    expect(at).toBeGreaterThan(0);
    const start = bytes.indexOf(Buffer.from([0x1f, 0x8b]), stubBytes);
    bytes.writeUInt8(bytes.readUInt8(start + 30) ^ 4, start + 30);
    const path = join(folder, 'damaged.bin');
    writeFileSync(path, bytes);
    const { code, out, err } = sh(path);
    expect(code).toBe(2);
    expect(out).toBe('');
    expect(err).toContain('is damaged');
    expect(err).toContain('fix: ');
    expect(readdirSync(temporary)).toEqual([]);
  });
});

function executableSha256(bytes: Buffer): string {
  return /sha256=([0-9a-f]{64})/.exec(bytes.toString('latin1', 0, stubBytes))?.[1] ?? '';
}

/** What a stub may have left in the folders it falls back to; a damaged one may have chosen a name that is no UTF-8. */
function unpackedElsewhere(): Map<string, Buffer> {
  const roots = ['/tmp', '/var/tmp'].filter((root) => existsSync(root));
  const paths = roots.flatMap((root) =>
    readdirSync(root, 'buffer')
      .filter((name) => name.toString('latin1').startsWith('sealift.'))
      .map((name) => Buffer.concat([Buffer.from(`${root}/`), name])),
  );
  return new Map(paths.map((path) => [path.toString('latin1'), path]));
}

/** Another bundle may be running on this machine: only what holds the script of these tests is theirs. */
function isOurs(path: Buffer): boolean {
  const isFolder = statSync(path).isDirectory();
  const files = isFolder
    ? readdirSync(path, 'buffer').map((name) => Buffer.concat([path, Buffer.from('/'), name]))
    : [path];
  return files.every((file) => ['', scriptedExecutable].includes(readFileSync(file, 'utf8')));
}

describe('the stub', () => {
  it('has all threads share what they have freed, unless somebody decided otherwise', async () => {
    const other = join(folder, 'arenas');
    mkdirSync(other);
    const script = '#!/bin/sh\nrm -f "$0" && rmdir "${0%/*}"\necho "arenas: $MALLOC_ARENA_MAX"\n';
    const { path } = (await writeSmallBundle(other, { script })).bundle;
    expect(run('sh', [path]).out).toBe('arenas: 1\n');
    expect(run('sh', [path], { MALLOC_ARENA_MAX: '3' }).out).toBe('arenas: 3\n');
  });

  it('is exactly 65,536 bytes, and behind it is a plain tar', () => {
    const listed = execFileSync('sh', ['-c', `tail -c +${stubBytes + 1} "$1" | tar tv`, 'sh', bundle.path], {
      encoding: 'utf8',
    });
    const paths = listed
      .trim()
      .split('\n')
      .map((line) => line.split(' ').at(-1));
    expect(paths.slice(0, 4)).toEqual(['bundle.json', 'bundle.json.minisig', 'oci-layout', 'index.json']);
    expect(paths.slice(2)).toEqual(bundle.manifest.members.map(({ path }) => path));
  });

  it('runs as a program of its own', () => {
    expect(run(bundle.path, ['x']).code).toBe(42);
  });

  it('takes the first hash program that is there, and without one runs nothing', () => {
    const needed = ['sh', 'uname', 'tail', 'head', 'gzip', 'wc', 'grep', 'mkdir', 'chmod', 'rm', 'rmdir'];
    for (const hash of ['openssl', 'sha256sum', 'shasum', undefined]) {
      const programs = mkdtempSync(join(folder, 'programs-'));
      for (const name of hash === undefined ? needed : [...needed, hash]) {
        const found = ['/usr/bin', '/bin'].map((place) => join(place, name)).find((path) => existsSync(path));
        if (found !== undefined) symlinkSync(found, join(programs, name));
      }
      if (hash !== undefined && !existsSync(join(programs, hash))) continue;
      if (hash === 'shasum') symlinkSync('/usr/bin/perl', join(programs, 'perl'));
      const { code, out, err } = run('/bin/sh', [bundle.path], { PATH: programs });
      if (hash !== undefined) expect([hash, code]).toEqual([hash, 42]);
      else {
        expect(code).toBe(1);
        expect(err).toContain('openssl, sha256sum or shasum');
        expect(out).toBe('');
      }
    }
  });

  it('starts the executable of the processor that it is run on', async () => {
    const own = join(folder, 'both');
    const programs = join(folder, 'arm64');
    for (const made of [own, programs]) mkdirSync(made);
    const script = (name: string): string => `#!/bin/sh\nrm -f "$0" && rmdir "\${0%/*}"\nprintf ${name}\n`;
    const { bundle: both } = await writeSmallBundle(own, { script: script('amd64'), armScript: script('arm64') });
    // The dynamic loader of the other processor is not on this machine.
    const loaders = ['/lib64/ld-linux-x86-64.so.2', '/lib/ld-linux-aarch64.so.1'];
    const present = join(folder, 'loader');
    writeFileSync(present, '#!/bin/sh\n', { mode: 0o755 });
    const bytes = readFileSync(both.path);
    let text = bytes.toString('latin1', 0, stubBytes);
    for (const loader of loaders) text = text.replace(loader, present);
    writeFileSync(
      both.path,
      Buffer.concat([Buffer.from(text.slice(0, stubBytes), 'latin1'), bytes.subarray(stubBytes)]),
    );
    for (const [machine, expected] of [
      ['x86_64', 'amd64'],
      ['aarch64', 'arm64'],
      ['arm64', 'arm64'],
    ] as const) {
      writeFileSync(join(programs, 'uname'), `#!/bin/sh\necho ${machine}\n`, { mode: 0o755 });
      const { code, out } = run('/bin/sh', [both.path], { PATH: `${programs}:${process.env['PATH'] ?? ''}` });
      expect([machine, code, out]).toEqual([machine, 0, expected]);
    }
    writeFileSync(join(programs, 'uname'), '#!/bin/sh\necho riscv64\n');
    const other = run('/bin/sh', [both.path], { PATH: `${programs}:${process.env['PATH'] ?? ''}` });
    expect([other.code, other.out]).toEqual([1, '']);
    expect(other.err).toContain('no executable for riscv64');
    expect(readdirSync(temporary)).toEqual([]);
  });

  it('goes to another folder when the first is full or missing', () => {
    const { code } = run('/bin/sh', [bundle.path], { TMPDIR: join(folder, 'not-there') });
    expect(code).toBe(42);
  });

  it('does not take an executable that was not unpacked whole', () => {
    const programs = mkdtempSync(join(folder, 'programs-'));
    writeFileSync(join(programs, 'gzip'), '#!/bin/sh\nexit 0\n', { mode: 0o755 });
    const { code, out } = run('/bin/sh', [bundle.path], { PATH: `${programs}:${process.env['PATH'] ?? ''}` });
    expect([code, out]).toEqual([1, '']);
    expect(readdirSync(temporary)).toEqual([]);
  });

  it('never succeeds and never starts anything unverified when any bit of it is flipped', () => {
    const bytes = readFileSync(bundle.path);
    const scriptLength = bytes.toString('latin1', 0, stubBytes).trimEnd().length;
    const path = join(folder, 'flipped.bin');
    const before = unpackedElsewhere();
    fc.assert(
      fc.property(fc.nat(scriptLength * 8 - 1), (bit) => {
        const copy = Buffer.from(bytes);
        copy.writeUInt8(copy.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
        writeFileSync(path, copy);
        const { code } = run('/bin/sh', [path]);
        expect(code).not.toBe(0);
      }),
      { numRuns: 300 },
    );
    // A damaged stub may unpack to another folder, or forget to clean up.
    for (const [name, path] of unpackedElsewhere()) {
      if (!before.has(name) && isOurs(path)) rmSync(path, { recursive: true });
    }
  }, 120_000);
});
