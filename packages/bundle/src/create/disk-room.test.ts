import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { digestOf } from '@sealift/oci/digest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { generateKeyPair } from '../minisign/keys.ts';
import { writeSmallRelease } from '@sealift/testkit/small-release';
import { ContentSet } from './content-set.ts';
import { writeBundle } from './write-bundle.ts';

let folder: string;
let program: string;

/** A process of its own creates the bundle, so that what limits it does not limit the tests. */
const programText = `
import { createBundle } from ${JSON.stringify(new URL('./create-bundle.ts', import.meta.url))};
import { generateKeyPair } from ${JSON.stringify(new URL('../minisign/keys.ts', import.meta.url))};
const [releaseFile, output, splitBytes] = process.argv.slice(2);
try {
  await createBundle({
    releaseFile, output, secretKey: generateKeyPair(), executables: [],
    ...(splitBytes === undefined ? {} : { splitBytes: Number(splitBytes) }),
  });
} catch (error) {
  console.log(error.code, error.message, '/', error.hint);
  process.exitCode = error.exit;
}
`;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sealift-room-'));
  mkdirSync(join(folder, 'release'));
  await writeSmallRelease(join(folder, 'release'));
  // Larger than anything else in the bundle: it is in the middle of this that the room ends.
  writeFileSync(join(folder, 'release/u-2204-0-k-12610-0.ova'), Buffer.alloc(3 * 1024 * 1024, 'ova'));
  program = join(folder, 'create.ts');
  writeFileSync(program, programText);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function create(output: string, { before = '', splitBytes = '' } = {}): { code: number | null; out: string } {
  const script = `${before}\nexec "$0" "$@"`;
  const release = join(folder, 'release/release.yaml');
  const split = splitBytes === '' ? [] : [splitBytes];
  const done = spawnSync('sh', ['-c', script, process.execPath, program, release, output, ...split], {
    encoding: 'utf8',
  });
  return { code: done.status, out: `${done.stdout}${done.stderr}` };
}

describe('where a file may not become that large', () => {
  it('says so, leaves nothing behind, and writes the same content in parts', () => {
    const target = join(folder, 'limited');
    mkdirSync(target);
    const output = join(target, 'x.bin');
    // In units of 512 bytes (POSIX, ulimit): 1 MiB.
    const before = 'ulimit -f 2048';
    const { code, out } = create(output, { before });
    expect(out).toMatch(/^BUNDLE_FILE_TOO_LARGE .*x\.bin takes \d+ bytes, more than one file may have here.*--split/);
    expect(code).toBe(1);
    expect(readdirSync(target)).toEqual([]);
    expect(create(output, { before, splitBytes: '1000000' })).toEqual({ code: 0, out: '' });
    expect(readdirSync(target)).toContain('x.bin.part004');
  });
});

const mounted = mountSmall();

/** A file system of 2 MiB, where the tests may mount one. */
function mountSmall(): string | undefined {
  const target = mkdtempSync(join(tmpdir(), 'sealift-small-disk-'));
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=2m', 'tmpfs', target], { stdio: 'pipe' });
    return target;
  } catch {
    rmSync(target, { recursive: true, force: true });
    return undefined;
  }
}
afterAll(() => {
  if (mounted === undefined) return;
  execFileSync('umount', [mounted]);
  rmSync(mounted, { recursive: true, force: true });
});

describe.skipIf(mounted === undefined)('on a full disk (needs the right to mount a tmpfs)', () => {
  it('refuses before it writes: where, how much is needed, how much is free', () => {
    const output = join(mounted ?? '', 'x.bin');
    const { code, out } = create(output);
    expect(out).toMatch(/^BUNDLE_NO_ROOM there is no room for .*x\.bin: it takes \d+ bytes, and .* has \d+ free/);
    expect(code).toBe(1);
    expect(readdirSync(mounted ?? '')).toEqual([]);
  });

  it.each([undefined, 500_000])(
    'ends when others fill it meanwhile, and leaves nothing behind (parts of %s)',
    async (splitBytes) => {
      const target = mounted ?? '';
      const filler = join(target, 'filler');
      const blob = Buffer.alloc(1024 * 1024, 'ova');
      const content = new ContentSet();
      const digest = digestOf(blob);
      content.add({ digest, size: blob.length, role: 'content', open: () => fillAndRead(filler, blob) });
      const writing = writeBundle({
        kind: 'release',
        product: 'Harborview',
        version: '4.2.13',
        title: 'Airgap Setup - Version 4.2.13',
        index: { schemaVersion: 2, manifests: [] },
        content,
        executables: [],
        secretKey: generateKeyPair(),
        output: join(target, 'x.bin'),
        splitBytes,
      });
      await expect(writing).rejects.toMatchObject({ code: 'BUNDLE_NO_ROOM', exit: 1 });
      expect(readdirSync(target)).toEqual(['filler']);
      rmSync(filler);
    },
  );
});

/** Content that is read while something else takes all the room that is left. */
async function* fillAndRead(filler: string, blob: Buffer): AsyncGenerator<Uint8Array, void, undefined> {
  yield await Promise.resolve(blob.subarray(0, 700_000));
  expect(() => writeFileSync(filler, Buffer.alloc(2 * 1024 * 1024))).toThrow('ENOSPC');
  yield blob.subarray(700_000);
}
