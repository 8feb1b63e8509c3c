import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { peer } from '@sealift/testkit/peers';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { formatPublicKey, generateKeyPair, type SecretKey } from '../minisign/keys.ts';
import { writeSmallBundle } from '../testing/small-bundle.ts';
import { parseDescription, parseIndex } from './index-format.ts';
import { publishFolder, type PublishOptions } from './publish.ts';

const minisign = peer('minisign');
const rangeBytes = 64 * 1024;

describe('publishFolder', () => {
  let folder: string;
  let secretKey: SecretKey;
  let index: string;

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'sealift-publish-'));
    index = join(folder, 'sealift-releases.json');
    ({ secretKey } = await writeSmallBundle(folder));
    for (const name of readdirSync(folder).filter((each) => each.endsWith('.gz'))) rmSync(join(folder, name));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const publish = (options: Partial<PublishOptions> = {}) =>
    publishFolder({ folder, secretKey, trustedKeys: [], now: 5000, rangeBytes, ...options });
  const everything = (): Record<string, string> =>
    Object.fromEntries(
      readdirSync(folder, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map(({ parentPath, name }) => [
          join(parentPath, name),
          `${statSync(join(parentPath, name)).ino} ${readFileSync(join(parentPath, name), 'hex')}`,
        ]),
    );

  it('writes what each bundle is and the digest of each range', async () => {
    writeFileSync(join(folder, 'README.txt'), 'hello');
    const published = await publish();
    expect(published).toMatchObject({ serial: 5000, changed: true, others: ['README.txt'] });
    const parsed = parseIndex(readFileSync(index, 'utf8'));
    if (typeof parsed === 'string') throw new Error(parsed);
    expect(parsed).toMatchObject({
      serial: 5000,
      bundles: [{ name: 'airgap-v4.2.13.bin', kind: 'release', product: 'Harborview', version: '4.2.13' }],
    });
    const [bundle] = parsed.bundles;
    if (bundle === undefined) throw new Error('no bundle');
    const text = readFileSync(join(folder, 'sealift-releases', `${bundle.description.sha256}.json`), 'utf8');
    const description = parseDescription(text, bundle);
    if (typeof description === 'string') throw new Error(description);
    const bytes = readFileSync(join(folder, bundle.name));
    const sha256 = (part: Buffer): string => createHash('sha256').update(part).digest('hex');
    const ranges = Array.from({ length: Math.ceil(bytes.length / rangeBytes) }, (_, at) =>
      sha256(bytes.subarray(at * rangeBytes, (at + 1) * rangeBytes)),
    );
    expect(description.files[0]).toEqual({ name: bundle.name, sizeBytes: bytes.length, sha256: sha256(bytes), ranges });
    expect(description.files.map(({ name }) => name)).toEqual([bundle.name, `${bundle.name}.minisig`]);
  });

  it.skipIf(minisign.missing)(`signs what minisign can check (${minisign.remedy})`, async () => {
    await publish();
    writeFileSync(join(folder, 'vendor.pub'), formatPublicKey(secretKey.publicKey));
    const said = execFileSync(minisign.path, ['-V', '-p', join(folder, 'vendor.pub'), '-m', index], {
      encoding: 'utf8',
    });
    expect(said).toContain('Signature and comment signature verified');
  });

  it('changes nothing where nothing changed, and with a dry run', async () => {
    await publish();
    const before = everything();
    expect(await publish({ now: 9000 })).toMatchObject({ changed: false, serial: 5000 });
    expect(everything()).toEqual(before);
    await writeSmallBundle(folder, { secretKey, name: 'other.bin', layer: Buffer.from('other') });
    const again = everything();
    expect(await publish({ now: 9000, dryRun: true })).toMatchObject({ changed: true, serial: 9000 });
    expect(everything()).toEqual(again);
  });

  it('leaves out parts of an older split of the same name', async () => {
    writeFileSync(join(folder, 'airgap-v4.2.13.bin.part002'), 'old');
    const [bundle] = (await publish()).bundles;
    expect(bundle?.sizeBytes).toBe(
      ['', '.minisig'].reduce((sum, suffix) => sum + statSync(join(folder, `airgap-v4.2.13.bin${suffix}`)).size, 0),
    );
  });

  it('has a serial that rises with every change, whatever the clock says', async () => {
    await publish();
    await writeSmallBundle(folder, { secretKey, name: 'other.bin', layer: Buffer.from('other') });
    expect(await publish({ now: 10 })).toMatchObject({ changed: true, serial: 5001 });
    rmSync(join(folder, 'other.bin'));
    expect(await publish({ now: 10 })).toMatchObject({ changed: true, serial: 5002 });
  });

  it('keeps the descriptions of the index before, and no others', async () => {
    const [first] = (await publish()).bundles;
    const files = () => readdirSync(join(folder, 'sealift-releases')).toSorted();
    const nameOf = (bundle = first): string => `${bundle?.description.sha256}.json`;
    await writeSmallBundle(folder, { secretKey, layer: Buffer.from('second') });
    const [second] = (await publish()).bundles;
    expect(files()).toEqual([nameOf(), nameOf(second)].toSorted());
    await writeSmallBundle(folder, { secretKey, layer: Buffer.from('third') });
    const [third] = (await publish()).bundles;
    expect(files()).toEqual([nameOf(second), nameOf(third)].toSorted());
  });

  it('mends what a death between its two renames left', async () => {
    await publish();
    const old = readFileSync(`${index}.minisig`);
    await writeSmallBundle(folder, { secretKey, name: 'other.bin', layer: Buffer.from('other') });
    await publish();
    const signature = readFileSync(`${index}.minisig`, 'utf8');
    writeFileSync(`${index}.minisig`, old);
    expect(await publish()).toMatchObject({ changed: true, serial: 5002 });
    expect(readFileSync(`${index}.minisig`, 'utf8')).not.toBe(signature);
    expect(await publish()).toMatchObject({ changed: false, serial: 5002 });
  });

  it.each([
    ['is damaged', 'BUNDLE_DAMAGED', (bytes: Buffer) => bytes.fill(0, bytes.length - 3000, bytes.length - 2990)],
    ['is cut short', 'BUNDLE_DAMAGED', (bytes: Buffer) => bytes.subarray(0, -5000)],
    ['is none', 'BUNDLE_UNKNOWN', () => Buffer.from('#!/bin/sh\n')],
  ])('leaves the index as it was where a bundle %s', async (_, code, change) => {
    await publish();
    const before = everything();
    const path = join(folder, 'airgap-v4.2.13.bin');
    writeFileSync(join(folder, 'zz.bin'), change(readFileSync(path)));
    await expect(publish()).rejects.toMatchObject({ code });
    rmSync(join(folder, 'zz.bin'));
    expect(everything()).toEqual(before);
  });

  it('takes a bundle of another key only where that is trusted', async () => {
    const other = generateKeyPair();
    await expect(publish({ secretKey: other })).rejects.toMatchObject({ code: 'SIGNATURE_KEY_UNTRUSTED' });
    expect(await publish({ secretKey: other, trustedKeys: [secretKey.publicKey] })).toMatchObject({ changed: true });
  });

  it('refuses an empty folder, names that no URL takes as they are, and what is in the way of the index', async () => {
    mkdirSync(join(folder, 'empty'));
    await expect(publish({ folder: join(folder, 'empty') })).rejects.toMatchObject({ code: 'PUBLISH_NOTHING' });
    writeFileSync(index, 'mine');
    await expect(publish()).rejects.toMatchObject({ code: 'PUBLISH_INDEX_FOREIGN' });
    expect(readFileSync(index, 'utf8')).toBe('mine');
    rmSync(index);
    writeFileSync(join(folder, 'a b.bin'), '');
    await expect(publish()).rejects.toMatchObject({ code: 'PUBLISH_NAME_REFUSED' });
  });
});
