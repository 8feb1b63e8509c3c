import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Descriptor, type Index, mediaTypes } from '@sealift/oci/descriptor';
import { digestOf } from '@sealift/oci/digest';
import { LayoutWriter, openLayout } from '@sealift/oci/layout';
import { findReferrers } from '@sealift/oci/push';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { artifactTypes } from '../artifact/artifact-types.ts';
import { inspectBundle } from '../inspect/inspect-bundle.ts';
import { generateKeyPair } from '../minisign/keys.ts';
import { openBundle } from '../read/open-bundle.ts';
import { smallImage, writeSmallRelease } from '@sealift/testkit/small-release';
import { createBundle, type CreatedBundle } from './create-bundle.ts';

const secretKey = generateKeyPair();
const busybox = 'docker.io/library/busybox';
const spdx = 'application/spdx+json';
const cosign = 'application/vnd.dev.cosign.simplesigning.v1+json';

let folder: string;
let releaseFile: string;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sealift-attachments-'));
  releaseFile = await writeSmallRelease(folder);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

async function create(name = 'release'): Promise<CreatedBundle> {
  return await createBundle({ releaseFile, output: join(folder, `${name}.bin`), secretKey, executables: [] });
}

interface Attached {
  readonly subject?: Pick<Descriptor, 'digest' | 'mediaType' | 'size'>;
  readonly type: string;
  readonly artifactType?: string;
  readonly text: string;
}

async function attach(layout: LayoutWriter, { subject, type, artifactType, text }: Attached): Promise<Descriptor> {
  const described = subject === undefined ? mediaTypes.config : mediaTypes.empty;
  return await layout.addManifest({
    schemaVersion: 2,
    mediaType: mediaTypes.manifest,
    config: await layout.addBlob(Buffer.from('{}'), { mediaType: described }),
    layers: [await layout.addBlob(Buffer.from(text), { mediaType: type })],
    ...(artifactType === undefined ? {} : { artifactType }),
    ...(subject === undefined ? {} : { subject: { ...subject } }),
  });
}

/** The images of the small release by name. */
async function images(): Promise<ReadonlyMap<string, Descriptor>> {
  const { index } = await openLayout(join(folder, 'images'));
  return new Map(
    index.manifests.map(({ annotations, ...image }) => [
      annotations?.['org.opencontainers.image.ref.name'] ?? '',
      image,
    ]),
  );
}

async function imageNamed(name: string): Promise<Descriptor> {
  const image = (await images()).get(name);
  if (image === undefined) throw new Error(`no image ${name}`);
  return image;
}

describe('what is attached to images and packs', () => {
  it('is taken out of layouts with what is attached to it in turn, wherever it is listed', async () => {
    const image = await imageNamed('busybox:1.36');
    const kindnetd = await imageNamed(smallImage);
    const layout = await LayoutWriter.create(join(folder, 'images'));
    const sbom = await attach(layout, { subject: image, type: spdx, text: '{"spdxVersion":"SPDX-2.3"}' });
    const signed = await attach(layout, { subject: sbom, type: cosign, artifactType: cosign, text: 'of the SBOM' });
    const unlisted = await attach(layout, { subject: kindnetd, type: cosign, artifactType: cosign, text: 'by tag' });
    const list = await layout.addManifest({ schemaVersion: 2, mediaType: mediaTypes.index, manifests: [unlisted] });
    const lonely = { ...image, digest: `sha256:${'a'.repeat(64)}` as const };
    const other = await attach(layout, { subject: lonely, type: spdx, text: '{"of":"an image that is not here"}' });
    const disguised = { subject: image, type: spdx, artifactType: artifactTypes.release, text: '{"no":"marker"}' };
    const fake = await attach(layout, disguised);
    const old = await attach(layout, { type: cosign, text: 'cosign, before it had referrers' });
    layout.addIndexEntry(sbom);
    layout.addIndexEntry(signed, 'docker.io/example/named:1');
    layout.addIndexEntry(other);
    layout.addIndexEntry(fake);
    layout.addIndexEntry(list, kindnetd.digest.replace(':', '-'));
    layout.addIndexEntry(old, `${image.digest.replace(':', '-')}.sig`);
    await layout.finish();

    const { referrers, release, bundle } = await create();
    expect(new Set(referrers.map(({ name }) => name))).toEqual(
      new Set([
        `${busybox}@${sbom.digest}`,
        `${busybox}@${signed.digest}`,
        `${busybox}@${fake.digest}`,
        `docker.io/kindest/kindnetd@${unlisted.digest}`,
      ]),
    );
    const signature = `${busybox}:${image.digest.replace(':', '-')}.sig`;
    expect(release.spec.images.map(({ name }) => name)).toEqual([smallImage, `${busybox}:1.36`, signature]);
    const first = readFileSync(bundle?.path ?? '');
    expect((await create('again')).bundle?.sha256).toBe(bundle?.sha256);
    expect(readFileSync(join(folder, 'again.bin')).equals(first)).toBe(true);

    await using opened = await openBundle(bundle?.path ?? '', { trustedKeys: [secretKey.publicKey] });
    const found = await findReferrers(opened, opened.index.manifests);
    expect(found.get(sbom.digest)?.map(({ digest }) => digest)).toEqual([signed.digest]);
    expect(found.get(kindnetd.digest)?.map(({ digest }) => digest)).toEqual([unlisted.digest]);
    const inspection = await inspectBundle(opened);
    expect(inspection.images.map(({ name }) => name)).toEqual([smallImage, `${busybox}:1.36`]);
    expect(
      inspection.attachments.map(({ kind, format, subject }) => `${kind} ${format} ${subject}`).toSorted(),
    ).toEqual(
      [
        `sbom SPDX ${busybox}:1.36`,
        `sbom SPDX ${busybox}:1.36`,
        `signature ${cosign} ${smallImage}`,
        `signature ${cosign} ${sbom.digest}`,
        `signature application/vnd.oci.image.config.v1+json ${busybox}:1.36`,
      ].toSorted(),
    );
  });

  it('may lie in a layout of its own, for packs too', async () => {
    const { packs } = await create('before');
    const [pack] = packs;
    if (pack === undefined) throw new Error('no pack');
    const layout = await LayoutWriter.create(join(folder, 'sboms'));
    const { digest, size, mediaType } = pack.descriptor;
    const sbom = await attach(layout, { subject: { digest, size, mediaType }, type: spdx, text: '{"of":"a pack"}' });
    layout.addIndexEntry(sbom);
    await layout.finish();
    const text = readFileSync(releaseFile, 'utf8');
    releaseFile = join(folder, 'with-sboms.yaml');
    writeFileSync(releaseFile, text.replace('images: [ "oci:./images" ]', 'images: [ "oci:./images", "oci:./sboms" ]'));
    const { referrers, bundle } = await create('after');
    expect(referrers.map(({ name }) => name)).toEqual([`spectro-packs/archive/${pack.name}@${sbom.digest}`]);
    await using opened = await openBundle(bundle?.path ?? '', { trustedKeys: [secretKey.publicKey] });
    const { attachments } = await inspectBundle(opened);
    expect(attachments.map(({ subject }) => subject)).toEqual([`${pack.name}:${pack.version}`]);
  });

  it('is bounded in depth and number', { timeout: 30_000 }, async () => {
    const layout = await LayoutWriter.create(join(folder, 'images'));
    let subject = await imageNamed('busybox:1.36');
    for (let depth = 0; depth < 6; depth += 1) {
      subject = await attach(layout, { subject, type: spdx, text: `${depth}` });
      layout.addIndexEntry(subject);
    }
    await layout.finish();
    await expect(create()).rejects.toMatchObject({
      code: 'MANIFEST_INVALID',
      message: expect.stringContaining('5 deep'),
    });
    rmSync(join(folder, 'images'), { recursive: true });
    releaseFile = await writeSmallRelease(folder);
    const images = join(folder, 'images');
    const index = JSON.parse(readFileSync(join(images, 'index.json'), 'utf8')) as Index;
    const image = await imageNamed('busybox:1.36');
    for (let count = 0; count < 1001; count += 1) {
      const annotations = { count: `${count}` };
      const manifest = { schemaVersion: 2, config: image, layers: [], subject: image, annotations };
      const bytes = Buffer.from(JSON.stringify(manifest));
      const digest = digestOf(bytes);
      writeFileSync(join(images, 'blobs', digest.replace(':', '/')), bytes);
      index.manifests.push({ mediaType: mediaTypes.manifest, digest, size: bytes.length });
    }
    writeFileSync(join(images, 'index.json'), JSON.stringify(index));
    await expect(create()).rejects.toMatchObject({ message: expect.stringContaining('more than 1000') });
  });
});
