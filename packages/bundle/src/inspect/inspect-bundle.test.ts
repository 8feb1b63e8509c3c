import { mkdirSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { canonicalJson } from '@sealift/core/canonical-json';
import { paddingOf } from '@sealift/io/tar-block';
import { type Descriptor, mediaTypes } from '@sealift/oci/descriptor';
import { LayoutWriter } from '@sealift/oci/layout';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createBundle } from '../create/create-bundle.ts';
import { type BundleManifest, manifestPath, offsetsOf, signaturePath, stubBytes } from '../format/manifest.ts';
import { closingBytes, placeEnd, tarHead } from '../format/tar.ts';
import { generateKeyPair } from '../minisign/keys.ts';
import { sign, startPrehash } from '../minisign/signature.ts';
import { type Bundle, openBundle } from '../read/open-bundle.ts';
import { smallImage, writeSmallRelease } from '@sealift/testkit/small-release';
import { inspectBundle } from './inspect-bundle.ts';
import { readPackSchema, readSbom } from './read-inside.ts';

const secretKey = generateKeyPair();
const trustedKeys = [secretKey.publicKey];
const severalName = 'docker.io/example/several:1';
const sbomText = '{"spdxVersion":"SPDX-2.3"}';
const statementText = '{"_type":"https://in-toto.io/Statement/v1"}';
const schemaText = '{"type":"object"}';
let folder: string;
let path: string;
let manifest: BundleManifest;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sealift-inspect-'));
  mkdirSync(join(folder, 'release'));
  const releaseFile = await writeSmallRelease(join(folder, 'release'));
  const packs = join(folder, 'release', 'packs');
  writeFileSync(join(packs, 'cni-calico-3.26.1', 'values.schema.json'), schemaText);
  writeFileSync(join(packs, 'kubernetes-1.26.10', 'schema.yaml'), 'type: object\n');
  await addImagesWithSboms(join(folder, 'release', 'images'));
  path = join(folder, 'airgap-v4.2.13.bin');
  const created = await createBundle({ releaseFile, output: path, secretKey, executables: [] });
  if (created.bundle === undefined) throw new Error('no bundle');
  ({ manifest } = created.bundle);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** An index for two platforms with BuildKit's statement inside, and a CycloneDX referrer of another image. */
async function addImagesWithSboms(layoutFolder: string): Promise<void> {
  const layout = await LayoutWriter.create(layoutFolder);
  const text = (content: string, mediaType: string): Promise<Descriptor> =>
    layout.addBlob(Buffer.from(content), { mediaType });
  const image = async (architecture: string): Promise<Descriptor> => {
    const config = await text(JSON.stringify({ os: 'linux', architecture, rootfs: {} }), mediaTypes.config);
    const layer = await text(`layer for ${architecture}`, mediaTypes.layerTar);
    return {
      ...(await layout.addManifest({ schemaVersion: 2, mediaType: mediaTypes.manifest, config, layers: [layer] })),
      platform: { os: 'linux', architecture },
    };
  };
  const amd64 = await image('amd64');
  const arm64 = { ...(await image('arm64')), platform: { os: 'linux', architecture: 'arm64', variant: 'v8' } };
  const statement = {
    ...(await text(statementText, 'application/vnd.in-toto+json')),
    annotations: { 'in-toto.io/predicate-type': 'https://spdx.dev/Document' },
  };
  const provenance = {
    ...(await text('{"provenance":1}', 'application/vnd.in-toto+json')),
    annotations: { 'in-toto.io/predicate-type': 'https://slsa.dev/provenance/v1' },
  };
  const attestation = {
    ...(await layout.addManifest({
      schemaVersion: 2,
      mediaType: mediaTypes.manifest,
      config: await text('{"os":"unknown"}', mediaTypes.config),
      layers: [statement, provenance],
    })),
    platform: { os: 'unknown', architecture: 'unknown' },
    annotations: {
      'vnd.docker.reference.type': 'attestation-manifest',
      'vnd.docker.reference.digest': amd64.digest,
    },
  };
  const index = await layout.addManifest({
    schemaVersion: 2,
    mediaType: mediaTypes.index,
    manifests: [amd64, arm64, attestation],
  });
  layout.addIndexEntry(index, severalName);
  const sbom = {
    ...(await text(sbomText, 'application/spdx+json')),
    annotations: { 'org.opencontainers.image.title': 'several.spdx.json' },
  };
  const referrer = await layout.addManifest({
    schemaVersion: 2,
    mediaType: mediaTypes.manifest,
    artifactType: 'application/spdx+json',
    config: await text('{}', mediaTypes.empty),
    layers: [sbom],
    subject: index,
  });
  layout.addIndexEntry(referrer, 'docker.io/example/several:1.spdx');
  await layout.finish();
}

async function withBundle<Result>(work: (bundle: Bundle) => Promise<Result>, file = path): Promise<Result> {
  await using bundle = await openBundle(file, { trustedKeys });
  return await work(bundle);
}

/** Bytes that this process has read by system calls (proc(5), `/proc/pid/io`). */
function bytesRead(): number {
  return Number(/^rchar: (\d+)$/m.exec(readFileSync('/proc/self/io', 'utf8'))?.[1]);
}

/** The same bundle with one more blob, which takes no room on the disk, signed again. */
function writeWithHugeBlob(output: string, size: number): void {
  const sha256 = 'f'.repeat(64);
  const grown = [...manifest.members, { path: `blobs/sha256/${sha256}`, size, sha256 }];
  const offsets = offsetsOf(grown);
  const members = grown.map((member, index) => ({ ...member, offset: offsets[index] ?? 0 }));
  const bytes = readFileSync(path);
  const member = (name: string, content: Buffer): Buffer =>
    Buffer.concat([tarHead(name, content.length), content, Buffer.alloc(paddingOf(content.length))]);
  const headOf = (length: number): Buffer => {
    const text = Buffer.from(canonicalJson({ ...manifest, members, length }));
    const signature = Buffer.from(sign(secretKey, startPrehash().update(text), 'release Harborview 4.2.13'));
    return Buffer.concat([bytes.subarray(0, stubBytes), member(manifestPath, text), member(signaturePath, signature)]);
  };
  const rest = placeEnd(members) + closingBytes;
  let length = 0;
  while (headOf(length).length + rest !== length) length = headOf(length).length + rest;
  const payload = bytes.subarray(bytes.length - placeEnd(manifest.members) - closingBytes, bytes.length - closingBytes);
  const last = members.at(-1);
  writeFileSync(output, Buffer.concat([headOf(length), payload, tarHead(last?.path ?? '', size)]));
  truncateSync(output, length);
}

describe('inspecting a bundle', () => {
  it('shows who signed it, the release, and every pack with its layer and the schema of its values', async () => {
    const found = await withBundle(inspectBundle);
    expect(found.signatures.map(({ what, key }) => [what, key.fingerprint])).toEqual([
      ['the bundle', secretKey.publicKey.fingerprint],
      ['the release Harborview 4.2.13', secretKey.publicKey.fingerprint],
    ]);
    expect(found.signatures[0]?.trustedComment).toContain('release Harborview 4.2.13');
    expect(found.releases.map(({ metadata }) => metadata.version)).toEqual(['4.2.13']);
    expect(found.packs.map(({ name, layer, schemas }) => [name, layer, schemas])).toEqual([
      ['cni-calico:3.26.1', 'cni', ['values.schema.json']],
      ['kubernetes:1.26.10', 'k8s', ['schema.yaml']],
      ['ubuntu-vsphere:22.04', 'os', []],
    ]);
    expect(found.artifacts.map(({ kind, name }) => [kind, name])).toEqual([
      ['node-image', 'sealift-node-images:u-2204-0-k-12610-0'],
    ]);
  });

  it('shows images with their platforms, and takes neither statements nor SBOMs for images', async () => {
    const { images } = await withBundle(inspectBundle);
    expect(images.map(({ name, platforms }) => [name, platforms])).toEqual([
      [severalName, ['linux/amd64', 'linux/arm64/v8']],
      [smallImage, ['linux/amd64']],
      ['docker.io/library/busybox:1.36', ['linux/amd64']],
    ]);
  });

  it('finds SBOMs that are referrers, and those in the statements of a build', async () => {
    const { attachments } = await withBundle(inspectBundle);
    const shown = attachments.map(({ kind, format, title }) => [kind, format, title]);
    expect(shown).toEqual([
      ['sbom', 'SPDX in an in-toto statement', undefined],
      ['attestation', 'https://slsa.dev/provenance/v1', undefined],
      ['sbom', 'SPDX', 'several.spdx.json'],
    ]);
    expect(attachments.map(({ subject, platform }) => [subject, platform])).toEqual([
      [severalName, 'linux/amd64'],
      [severalName, 'linux/amd64'],
      [severalName, undefined],
    ]);
  });

  it('gives an SBOM and a schema exactly as they were', async () => {
    await withBundle(async (bundle) => {
      const inspection = await inspectBundle(bundle);
      const statement = inspection.attachments[0]?.digest ?? '';
      expect((await readSbom(bundle, inspection, 'several.spdx.json')).toString()).toBe(sbomText);
      expect((await readSbom(bundle, inspection, statement)).toString()).toBe(statementText);
      expect(await readPackSchema(bundle, inspection, 'cni-calico')).toBe(schemaText);
      expect(await readPackSchema(bundle, inspection, 'kubernetes:1.26.10')).toBe('type: object\n');
      for (const refused of [
        () => readPackSchema(bundle, inspection, 'ubuntu-vsphere'),
        () => readPackSchema(bundle, inspection, 'cni'),
        () => readSbom(bundle, inspection, 'nothing'),
        () => readSbom(bundle, inspection, severalName),
      ]) {
        await expect(refused()).rejects.toMatchObject({ code: 'BUNDLE_PART_UNKNOWN', exit: 1 });
      }
    });
  });

  it('reads less than 200 kilobytes of a bundle, however large it is', async () => {
    const huge = join(folder, 'huge.bin');
    writeWithHugeBlob(huge, 100 * 2 ** 30);
    await withBundle(inspectBundle);
    const before = bytesRead();
    const found = await withBundle(inspectBundle, huge);
    const used = bytesRead() - before;
    expect(found).toEqual(await withBundle(inspectBundle));
    expect(used).toBeGreaterThan(5_000);
    expect(used).toBeLessThan(200_000);
  });
});
