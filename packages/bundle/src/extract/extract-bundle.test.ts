import { execFileSync } from 'node:child_process';
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
import { canonicalJson } from '@sealift/core/canonical-json';
import { openLayout } from '@sealift/oci/layout';
import { peer } from '@sealift/testkit/peers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createBundle } from '../create/create-bundle.ts';
import { formatPublicKey, generateKeyPair } from '../minisign/keys.ts';
import { type Bundle, openBundle } from '../read/open-bundle.ts';
import { verifyOpenBundle } from '../read/verify-bundle.ts';
import { smallImage, writeSmallRelease } from '@sealift/testkit/small-release';
import { makeSparseBundle } from '../testing/sparse-bundle.ts';
import { defaultFolder, prepareExtraction } from './extract-bundle.ts';

const skopeo = peer('skopeo');
const minisign = peer('minisign');
const secretKey = generateKeyPair();
const trustedKeys = [secretKey.publicKey];
let folder: string;
let path: string;
let other: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sealift-extract-'));
  mkdirSync(join(folder, 'release'));
  const releaseFile = await writeSmallRelease(join(folder, 'release'));
  path = join(folder, 'airgap-v4.2.13.bin');
  await createBundle({ releaseFile, output: path, secretKey, executables: [] });
  const changed = readFileSync(releaseFile, 'utf8').replace('version: 4.2.13', 'version: 4.2.14');
  writeFileSync(releaseFile, changed);
  other = join(folder, 'airgap-v4.2.14.bin');
  await createBundle({ releaseFile, output: other, secretKey, executables: [] });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function withBundle<Result>(file: string, work: (bundle: Bundle) => Promise<Result>): Promise<Result> {
  await using bundle = await openBundle(file, { trustedKeys });
  return await work(bundle);
}

interface Given {
  readonly from?: string;
  readonly cancelAfter?: number;
  readonly noOverwrite?: boolean;
}

/** Verifies and extracts; gives how many bytes were counted. */
async function extract(target: string, { from = path, cancelAfter, noOverwrite = false }: Given = {}): Promise<number> {
  return await withBundle(from, async (bundle) => {
    const prepared = await prepareExtraction(bundle, target, { checkRoom: true, noOverwrite });
    const cancel = new AbortController();
    let counted = 0;
    await prepared.write(await verifyOpenBundle(bundle, {}), {
      cancel: cancel.signal,
      onProgress: (done, total) => {
        counted = done;
        if (done > (cancelAfter ?? total)) cancel.abort();
      },
    });
    expect(counted).toBe(prepared.totalBytes);
    return counted;
  });
}

/** Every file below the folder, by path. */
function filesIn(target: string): Map<string, string> {
  const paths = readdirSync(target, { recursive: true, encoding: 'utf8' });
  return new Map(
    paths
      .filter((one) => statSync(join(target, one)).isFile())
      .sort()
      .map((one) => [one, readFileSync(join(target, one), 'latin1')]),
  );
}

describe('extracting a bundle', () => {
  it('writes the same files as tail and tar', async () => {
    const [ours, theirs] = [join(folder, 'ours'), join(folder, 'theirs')];
    await extract(ours);
    mkdirSync(theirs);
    execFileSync('sh', ['-c', 'tail -c +65537 "$1" | tar -x -C "$2"', 'sh', path, theirs]);
    expect(filesIn(ours)).toEqual(filesIn(theirs));
    expect(new Set(filesIn(ours).keys())).toContain('bundle.json.minisig');
  });

  it('changes nothing in a folder that the same bundle was extracted to, and mends what was damaged there', async () => {
    const target = join(folder, 'again');
    await extract(target);
    const before = filesIn(target);
    const blobs = join(target, 'blobs', 'sha256');
    const times = (): number[] => readdirSync(blobs).map((name) => statSync(join(blobs, name)).mtimeMs);
    const written = times();
    await extract(target);
    expect(times()).toEqual(written);
    const [victim = '', missing = '', linked = ''] = readdirSync(blobs);
    writeFileSync(join(blobs, victim), 'x'.repeat(statSync(join(blobs, victim)).size));
    rmSync(join(blobs, missing));
    rmSync(join(blobs, linked));
    symlinkSync(path, join(blobs, linked));
    await extract(target);
    expect(filesIn(target)).toEqual(before);
  });

  it.each([0, 2_000, 100_000])(
    'goes on where a run ended after %d bytes, and is no layout until then',
    async (bytes) => {
      const target = join(folder, `cut-${bytes}`);
      await expect(extract(target, { cancelAfter: bytes })).rejects.toMatchObject({ code: 'CANCELLED' });
      await expect(openLayout(target)).rejects.toMatchObject({ code: 'LAYOUT_INVALID' });
      // A run that is killed, not cancelled, leaves the file that it was writing.
      const unfinished = '.incoming-12345678-1234-1234-1234-123456789abc';
      for (const place of [target, join(target, 'blobs')]) {
        mkdirSync(place, { recursive: true });
        writeFileSync(join(place, unfinished), 'half');
      }
      await extract(target);
      expect([...filesIn(target).keys()].filter((name) => name.includes('incoming'))).toEqual([]);
      expect((await openLayout(target)).index.manifests.length).toBeGreaterThan(3);
    },
  );

  it('refuses a folder with anything else in it, and leaves it as it is', async () => {
    const plain = join(folder, 'plain-file');
    writeFileSync(plain, 'x');
    await expect(extract(plain)).rejects.toMatchObject({ code: 'FILE_UNWRITABLE' });
    const foreign = join(folder, 'foreign');
    mkdirSync(foreign);
    writeFileSync(join(foreign, 'notes.txt'), 'mine');
    await expect(extract(foreign)).rejects.toMatchObject({ code: 'EXTRACT_FOLDER_FOREIGN', exit: 1 });
    expect(readdirSync(foreign)).toEqual(['notes.txt']);
    const full = join(folder, 'full');
    await extract(full);
    await expect(extract(full, { from: other })).rejects.toMatchObject({ code: 'EXTRACT_FOLDER_FOREIGN' });
    // Another bundle's manifest may be as long as this one's.
    const manifest = readFileSync(join(full, 'bundle.json'), 'utf8');
    writeFileSync(join(full, 'bundle.json'), manifest.replace('4.2.13', '4.2.31'));
    await expect(extract(full)).rejects.toMatchObject({ code: 'EXTRACT_FOLDER_FOREIGN' });
    writeFileSync(join(full, 'bundle.json'), manifest);
    for (const stranger of ['notes.txt', 'blobs/notes.txt', 'blobs/sha256/notes.txt']) {
      writeFileSync(join(full, stranger), 'mine');
      await expect(extract(full)).rejects.toMatchObject({ code: 'EXTRACT_FOLDER_FOREIGN' });
      expect(readFileSync(join(full, stranger), 'utf8')).toBe('mine');
      rmSync(join(full, stranger));
    }
    await expect(extract(full, { noOverwrite: true })).rejects.toMatchObject({ code: 'EXTRACT_FOLDER_FOREIGN' });
  });

  it('does not follow a link planted in the place of its own folders', async () => {
    const [target, elsewhere] = [join(folder, 'planted'), join(folder, 'elsewhere')];
    mkdirSync(target);
    mkdirSync(elsewhere);
    await withBundle(path, async ({ manifest }) => {
      writeFileSync(join(target, 'bundle.json'), canonicalJson(manifest));
      await Promise.resolve();
    });
    symlinkSync(elsewhere, join(target, 'blobs'));
    await expect(extract(target)).rejects.toMatchObject({ code: 'EXTRACT_FOLDER_FOREIGN' });
    expect(readdirSync(elsewhere)).toEqual([]);
  });

  it('fails when the file changes after it was verified, and leaves no layout', async () => {
    const copy = join(folder, 'changing.bin');
    const bytes = readFileSync(path);
    writeFileSync(copy, bytes);
    const target = join(folder, 'changing');
    await withBundle(copy, async (bundle) => {
      const prepared = await prepareExtraction(bundle, target, { checkRoom: false });
      const verified = await verifyOpenBundle(bundle, {});
      bytes.writeUInt8(bytes.readUInt8(bytes.length - 2000) ^ 1, bytes.length - 2000);
      writeFileSync(copy, bytes);
      await expect(prepared.write(verified)).rejects.toMatchObject({ exit: 2 });
    });
    expect(existsSync(join(target, 'index.json'))).toBe(false);
  });

  it('looks for room before, unless it is told not to', async () => {
    const huge = join(folder, 'huge.bin');
    const { secretKey: signer } = await makeSparseBundle({ path: huge, memberSizes: [2 ** 43], checkable: false });
    await using bundle = await openBundle(huge, { trustedKeys: [signer.publicKey] });
    const target = join(folder, 'below/that/is/not/there');
    await expect(prepareExtraction(bundle, target, { checkRoom: true })).rejects.toMatchObject({
      code: 'EXTRACT_NO_ROOM',
      exit: 1,
    });
    expect((await prepareExtraction(bundle, target, { checkRoom: false })).totalBytes).toBeGreaterThan(2 ** 43);
    expect(existsSync(join(folder, 'below'))).toBe(false);
  });

  it('names a folder of its own when none is given', async () => {
    expect(await withBundle(path, (bundle) => Promise.resolve(defaultFolder(bundle.manifest)))).toBe('airgap-v4.2.13');
  });

  it.skipIf(skopeo.missing)(`lets skopeo copy an image and a pack out of it (${skopeo.remedy})`, async () => {
    const target = join(folder, 'for-skopeo');
    await extract(target);
    for (const [index, name] of [smallImage, 'spectro-packs/archive/cni-calico:3.26.1'].entries()) {
      execFileSync(skopeo.path, ['copy', `oci:${target}:${name}`, `dir:${join(folder, `copied-${index}`)}`]);
    }
  });

  it.skipIf(minisign.missing)(`has a manifest that minisign verifies (${minisign.remedy})`, async () => {
    const target = join(folder, 'for-minisign');
    await extract(target);
    const key = join(folder, 'vendor.pub');
    writeFileSync(key, formatPublicKey(secretKey.publicKey));
    execFileSync(minisign.path, ['-Vm', join(target, 'bundle.json'), '-p', key]);
  });
});
