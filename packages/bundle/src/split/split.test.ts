import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  appendFileSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { SealiftError } from '@sealift/core/errors';
import { readBounded } from '@sealift/oci/verify-stream';
import { peer } from '@sealift/testkit/peers';
import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { WrittenBundle } from '../create/write-bundle.ts';
import { stubBytes } from '../format/manifest.ts';
import { formatPublicKey, generateKeyPair } from '../minisign/keys.ts';
import { sign, startPrehash } from '../minisign/signature.ts';
import { openBundle } from '../read/open-bundle.ts';
import { verifyBundle } from '../read/verify-bundle.ts';
import { writeSmallBundle } from '../testing/small-bundle.ts';
import { formatPartsList, partsListPath, partsListSchema } from './parts-list.ts';
import { parseSplitSize } from './split-size.ts';

const minisign = peer('minisign');
const secretKey = generateKeyPair();
const trustedKeys = [secretKey.publicKey];
const layer = Buffer.from(Array.from({ length: 300_000 }, (_, index) => (index * 7) & 0xff));
const splitBytes = 81_000;
let folder: string;
let original: string;
/** Damaged by each test, and made whole again before the next. */
let path: string;
let whole: WrittenBundle;
let bundle: WrittenBundle;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sealift-split-'));
  original = join(folder, 'original');
  mkdirSync(original);
  ({ bundle: whole } = await writeSmallBundle(folder, { secretKey, layer, name: 'whole.bin' }));
  ({ bundle } = await writeSmallBundle(original, { secretKey, layer, splitBytes }));
});
beforeEach(() => {
  rmSync(join(folder, 'copy'), { recursive: true, force: true });
  mkdirSync(join(folder, 'copy'));
  for (const name of readdirSync(original)) copyFileSync(join(original, name), join(folder, 'copy', name));
  path = join(folder, 'copy', basename(bundle.path));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

async function refusal(keys = trustedKeys): Promise<SealiftError> {
  const error = await verifyBundle(path, { trustedKeys: keys, hashFile: true }).catch((failure: unknown) => failure);
  if (error instanceof SealiftError) return error;
  throw new Error('it was accepted');
}

function flip(file: string, position: number): void {
  const bytes = readFileSync(file);
  bytes.writeUInt8(bytes.readUInt8(position) ^ 1, position);
  writeFileSync(file, bytes);
}

/** Where `index.json` is. */
function indexAt(): number {
  const bytes = readFileSync(whole.path);
  return bytes.indexOf('{"manifests":', stubBytes);
}

describe('a bundle that is split', () => {
  it('is the same bytes as one that is not, cut at the size', () => {
    const parts = bundle.parts ?? [];
    expect(parts.length).toBe(Math.ceil(whole.sizeBytes / splitBytes));
    expect(parts.slice(0, -1).every(({ size }) => size === splitBytes)).toBe(true);
    const joined = execFileSync('sh', ['-c', 'cat "$0" "$0".part[0-9][0-9][0-9]', bundle.path], { maxBuffer: 1e7 });
    expect(joined.equals(readFileSync(whole.path))).toBe(true);
    expect(bundle.sha256).toBe(whole.sha256);
    expect(statSync(bundle.path).mode & 0o111).not.toBe(0);
  });

  it('lists its parts with size and SHA-256, signed so that minisign agrees', () => {
    const text = readFileSync(partsListPath(path), 'utf8');
    const list = partsListSchema.parse(JSON.parse(text));
    expect(list.length).toBe(whole.sizeBytes);
    for (const part of list.parts) {
      const bytes = readFileSync(join(folder, 'copy', part.name));
      expect(part).toMatchObject({ size: bytes.length, sha256: sha256(bytes) });
    }
    expect(existsSync(`${path}.minisig`)).toBe(false);
    if (minisign.missing) return;
    writeFileSync(join(folder, 'vendor.pub'), formatPublicKey(secretKey.publicKey));
    const out = execFileSync(minisign.path, ['-Vm', partsListPath(path), '-p', join(folder, 'vendor.pub')]);
    expect(out.toString()).toContain('Signature and comment signature verified');
  });

  it('is verified and read as one, without a joined copy', async () => {
    const before = readdirSync(join(folder, 'copy'));
    const { fileSha256 } = await verifyBundle(path, { trustedKeys, hashFile: true });
    expect(fileSha256).toBe(whole.sha256);
    await using open = await openBundle(path, { trustedKeys });
    const digest = `sha256:${sha256(layer)}` as const;
    expect((await readBounded(await open.open(digest), 1e6, 'layer')).equals(layer)).toBe(true);
    const range = { start: 20_000, end: 280_000 };
    const read = await readBounded(await open.open(digest, range), 1e6, 'layer');
    expect(read.equals(layer.subarray(range.start, range.end))).toBe(true);
    expect(readdirSync(join(folder, 'copy'))).toEqual(before);
  });

  it('starts its executable from the first part alone', () => {
    for (const name of readdirSync(join(folder, 'copy'))) {
      if (name !== basename(path)) rmSync(join(folder, 'copy', name));
    }
    const env = { PATH: process.env['PATH'] ?? '/usr/bin:/bin', TMPDIR: folder };
    const run = spawnSync('sh', [path, '--check'], { encoding: 'utf8', env, timeout: 20_000 });
    expect(run.stdout).toContain(`[${path}] [--check]`);
    expect(run.status).toBe(42);
  });

  it('may be renamed, all parts alike, and be joined again', async () => {
    const renamed = join(folder, 'copy', 'other.bin');
    for (const name of readdirSync(join(folder, 'copy'))) {
      renameSync(join(folder, 'copy', name), join(folder, 'copy', name.replace(basename(path), 'other.bin')));
    }
    await verifyBundle(renamed, { trustedKeys });
    for (const { path: part } of (bundle.parts ?? []).slice(1)) appendFileSync(renamed, readFileSync(part));
    // The list of its parts is of no interest any more, even a broken one.
    writeFileSync(partsListPath(renamed), 'x');
    await verifyBundle(renamed, { trustedKeys });
  });

  it('names a damaged part with the SHA-256 it has and should have, wherever the damage is', async () => {
    // Manifest, signature and index, which are read when the bundle is opened, are right behind the stub.
    const opened = fc.integer({ min: stubBytes, max: stubBytes + 6000 });
    await fc.assert(
      fc.asyncProperty(fc.oneof(opened, fc.nat(whole.sizeBytes - 1)), async (position) => {
        const index = Math.floor(position / splitBytes);
        const part = bundle.parts?.[index];
        if (part === undefined) throw new Error('no such part');
        const file = join(folder, 'copy', basename(part.path));
        flip(file, position % splitBytes);
        const error = await refusal();
        expect(error.code).toBe('BUNDLE_PART_DAMAGED');
        const found = sha256(readFileSync(file));
        expect(error.message).toContain(`: ${basename(file)} (SHA-256 ${found} instead of ${part.sha256}`);
        expect(error.exit).toBe(2);
        flip(file, position % splitBytes);
      }),
      { numRuns: 150, examples: [[indexAt()]] },
    );
  }, 30_000);

  it('names all parts that are missing', async () => {
    const lost = (bundle.parts ?? []).slice(2, 4);
    for (const part of lost) rmSync(join(folder, 'copy', basename(part.path)));
    const error = await refusal();
    expect(error).toMatchObject({ code: 'BUNDLE_PART_MISSING', exit: 2 });
    for (const { path: part } of lost) expect(error.message).toContain(`${basename(part)} (`);
    for (const { sha256: wanted } of lost) expect(error.message).toContain(wanted);
    expect(error.message).not.toContain('.part002');
  });

  it('names its list when that was left behind', async () => {
    rmSync(partsListPath(path));
    expect(await refusal()).toMatchObject({ code: 'BUNDLE_PART_MISSING' });
    expect((await refusal()).message).toContain(`${basename(path)}.parts.json`);
  });

  it('refuses parts that are swapped, cut, longer or of another bundle', async () => {
    const [second, third] = [`${path}.part002`, `${path}.part003`];
    renameSync(second, `${path}.x`);
    renameSync(third, second);
    renameSync(`${path}.x`, third);
    expect((await refusal()).message).toMatch(/part002.*part003/);
    copyFileSync(`${bundle.path}.part002`, second);
    copyFileSync(`${bundle.path}.part003`, third);
    truncateSync(second, splitBytes - 1);
    expect((await refusal()).message).toContain('.part002 (');
    appendFileSync(second, '\0\0');
    expect((await refusal()).message).toContain('.part002 (');
    copyFileSync(`${bundle.path}.part002`, second);
    appendFileSync(path, '\0');
    expect(await refusal()).toMatchObject({ code: 'BUNDLE_PART_DAMAGED' });
  });

  it('refuses a list that is unsigned, changed, signed by another key or hostile', async () => {
    const list = partsListPath(path);
    const text = readFileSync(list, 'utf8');
    const put = (content: string, key = secretKey): void => {
      writeFileSync(list, content);
      writeFileSync(`${list}.minisig`, sign(key, startPrehash().update(content), 'a test'));
    };
    const other = generateKeyPair();
    put(text, other);
    expect((await refusal([...trustedKeys, other.publicKey])).code).toMatch(/^SIGNATURE_/);
    writeFileSync(list, text.replace(/"length":\d+/, '"length":1'));
    expect((await refusal()).code).toMatch(/^SIGNATURE_/);
    for (const content of [
      'no JSON',
      `${text} `,
      text.replace('{', '{"__proto__":{},'),
      text.replace(/"length":\d+/, '"length":1'),
      formatPartsList(path, [
        { size: 1, sha256: 'a'.repeat(64) },
        { size: 2, sha256: 'a'.repeat(64) },
      ]),
    ]) {
      put(content);
      expect((await refusal()).code).toBe('BUNDLE_DAMAGED');
    }
    rmSync(`${list}.minisig`);
    expect((await refusal()).code).toBe('SIGNATURE_MISSING');
  });
});

describe('writing parts', () => {
  it('replaces those of an older bundle of that name, and leaves nothing else', async () => {
    const again = join(folder, 'again');
    mkdirSync(again);
    const names = () => readdirSync(again).filter((name) => !name.endsWith('.gz'));
    await writeSmallBundle(again, { secretKey, layer, splitBytes, name: 'x.bin' });
    expect(names()).toContain('x.bin.part005');
    writeFileSync(join(again, 'x.bin.part002.txt'), 'of somebody else');
    await writeSmallBundle(again, { secretKey, layer, splitBytes: 200_000, name: 'x.bin' });
    const two = ['x.bin', 'x.bin.part002', 'x.bin.part002.txt', 'x.bin.parts.json', 'x.bin.parts.json.minisig'];
    expect(names()).toEqual(two);
    await verifyBundle(join(again, 'x.bin'), { trustedKeys });
    await writeSmallBundle(again, { secretKey, layer, name: 'x.bin' });
    expect(names()).toEqual(['x.bin', 'x.bin.minisig', 'x.bin.part002.txt']);
    await verifyBundle(join(again, 'x.bin'), { trustedKeys });
  });

  it('does not split what fits into one part', async () => {
    const { bundle: one } = await writeSmallBundle(folder, { secretKey, splitBytes: 10_000_000, name: 'one.bin' });
    expect(one.parts).toBeUndefined();
    expect(existsSync(`${one.path}.minisig`)).toBe(true);
  });

  it('refuses a size that would cut an executable, and says the smallest', async () => {
    const small = writeSmallBundle(folder, { secretKey, layer, splitBytes: 65_536, name: 'small.bin' });
    await expect(small).rejects.toMatchObject({ code: 'BUNDLE_SPLIT_TOO_SMALL' });
    const message = await small.then(String, ({ message }: Error) => message);
    const minimum = Number(/smallest it takes is (\d+)/.exec(message)?.[1]);
    await writeSmallBundle(folder, { secretKey, layer, splitBytes: minimum, name: 'small.bin' });
    const below = writeSmallBundle(folder, { secretKey, layer, splitBytes: minimum - 1, name: 'small.bin' });
    await expect(below).rejects.toMatchObject({ code: 'BUNDLE_SPLIT_TOO_SMALL' });
  });
});

describe('parseSplitSize', () => {
  it.each([
    ['4GiB', 4 * 1024 ** 3],
    ['650MiB', 650 * 1024 ** 2],
    ['64KiB', 65_536],
    ['4GB', 4e9],
    ['1 TiB', 1024 ** 4],
    ['70000', 70_000],
  ])('reads %s', (text, bytes) => expect(parseSplitSize(text)).toBe(bytes));

  it.each(['', '0', '-1GiB', '1.5GiB', '4gib', 'GiB', '1e9', '9007199254740993', '99999TiB4'])('refuses %j', (text) =>
    expect(() => parseSplitSize(text)).toThrow('is not the size of a part'),
  );
});
