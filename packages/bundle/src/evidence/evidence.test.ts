import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { bundleEvidenceSchema } from '@sealift/core/evidence';
import { blockBytes } from '@sealift/io/tar-block';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createBundle } from '../create/create-bundle.ts';
import { manifestPath, stubBytes } from '../format/manifest.ts';
import { generateKeyPair } from '../minisign/keys.ts';
import { openBundle } from '../read/open-bundle.ts';
import { verifyOpenBundle } from '../read/verify-bundle.ts';
import { smallImage, smallOva, writeSmallRelease } from '@sealift/testkit/small-release';
import { evidenceOf } from './evidence.ts';

const secretKey = generateKeyPair();
let folder: string;
let path: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sealift-evidence-'));
  path = join(folder, 'airgap-v4.2.13.bin');
  await createBundle({ releaseFile: await writeSmallRelease(folder), output: path, secretKey, executables: [] });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it('states what was checked so that others can compare it with the file', async () => {
  await using bundle = await openBundle(path, { trustedKeys: [secretKey.publicKey] });
  const before = Date.now();
  const evidence = evidenceOf(bundle, await verifyOpenBundle(bundle, { hashFile: true }), '1.2.3');
  expect(bundleEvidenceSchema.parse(JSON.parse(JSON.stringify(evidence)))).toEqual(evidence);
  const bytes = readFileSync(path);
  const sha256 = (content: Buffer): string => createHash('sha256').update(content).digest('hex');
  const manifestSize = Number.parseInt(bytes.toString('latin1', stubBytes + 124, stubBytes + 135), 8);
  const manifest = bytes.subarray(stubBytes + blockBytes, stubBytes + blockBytes + manifestSize);
  expect(bytes.toString('latin1', stubBytes, stubBytes + manifestPath.length)).toBe(manifestPath);
  expect(evidence.bundle).toMatchObject({
    path,
    product: 'Harborview',
    version: '4.2.13',
    sizeBytes: bytes.length,
    parts: 1,
    sha256: sha256(bytes),
    manifestSha256: sha256(manifest),
  });
  expect(evidence.signedBy.fingerprint).toBe(secretKey.publicKey.fingerprint);
  expect(evidence.by).toMatchObject({ sealift: '1.2.3', host: hostname() });
  expect(Date.parse(evidence.at)).toBeGreaterThanOrEqual(before);
  const kinds = new Map(evidence.contents.map(({ name, kind }) => [name, kind]));
  expect(kinds.get(smallImage)).toBe('image');
  expect(kinds.get('sealift-catalog:release-harborview-4.2.13')).toBe('release');
  expect(kinds.get('spectro-packs/archive/cni-calico:3.26.1')).toBe('pack');
  expect(kinds.get(`sealift-node-images:${smallOva.replace(/\.ova$/, '')}`)).toBe('node-image');
  expect(evidence.contentsTotal).toBe(bundle.index.manifests.length);
});

it('is not made of a check that did not hash the file', async () => {
  await using bundle = await openBundle(path, { trustedKeys: [secretKey.publicKey] });
  const verified = await verifyOpenBundle(bundle, {});
  expect(() => evidenceOf(bundle, verified, '1.2.3')).toThrow('verify with hashFile');
});
