import { gzipSync } from 'node:zlib';
import { canonicalJson } from '@sealift/core/canonical-json';
import { type Descriptor, mediaTypes } from '@sealift/oci/descriptor';
import { digestOf } from '@sealift/oci/digest';
import type { LayoutWriter } from '@sealift/oci/layout';
import { tar, type TarEntry } from './tar.ts';

const architectures = ['amd64', 'arm64'] as const;
type Architecture = (typeof architectures)[number];

/**
 * Adds a sample image under its full reference: valid and small, with a file that says that it holds no program
 * (OCI image-spec, manifest.md and config.md). Images for several architectures get an index.
 */
export async function addSampleImage(
  layout: LayoutWriter,
  reference: string,
  multiArchitecture: boolean,
): Promise<void> {
  if (!multiArchitecture) {
    layout.addIndexEntry(await addManifest(layout, reference, 'amd64'), reference);
    return;
  }
  const manifests: Descriptor[] = [];
  for (const architecture of architectures) {
    manifests.push({
      ...(await addManifest(layout, reference, architecture)),
      platform: { architecture, os: 'linux' },
    });
  }
  layout.addIndexEntry(await layout.addManifest({ schemaVersion: 2, manifests }), reference);
}

async function addManifest(layout: LayoutWriter, reference: string, architecture: Architecture): Promise<Descriptor> {
  const layers = [await addLayer(layout, baseTree()), await addLayer(layout, ownTree(reference, architecture))];
  const config = await layout.addBlob(
    Buffer.from(
      canonicalJson({
        created: '2026-01-01T00:00:00Z',
        architecture,
        os: 'linux',
        config: {
          User: '65532:65532',
          WorkingDir: '/',
          Labels: { 'org.opencontainers.image.title': reference, 'org.opencontainers.image.licenses': 'Apache-2.0' },
        },
        rootfs: { type: 'layers', diff_ids: layers.map(({ diffId }) => diffId) },
        history: layers.map(() => ({ created: '2026-01-01T00:00:00Z', created_by: 'examples/harborview/build.ts' })),
      }),
    ),
    { mediaType: mediaTypes.config },
  );
  return layout.addManifest({ schemaVersion: 2, config, layers: layers.map(({ descriptor }) => descriptor) });
}

async function addLayer(
  layout: LayoutWriter,
  entries: readonly TarEntry[],
): Promise<{ descriptor: Descriptor; diffId: string }> {
  const archive = tar(entries);
  const descriptor = await layout.addBlob(gzipSync(archive, { level: 9 }), { mediaType: mediaTypes.layerGzip });
  return { descriptor, diffId: digestOf(archive) };
}

function baseTree(): TarEntry[] {
  return [
    { name: 'etc/', bytes: new Uint8Array() },
    text('etc/passwd', 'root:x:0:0:root:/root:/sbin/nologin\nnonroot:x:65532:65532:nonroot:/:/sbin/nologin\n'),
    text('etc/group', 'root:x:0:\nnonroot:x:65532:\n'),
    text('etc/os-release', 'ID=harborview-sample\nNAME="Harborview sample"\nVERSION_ID=1\n'),
  ];
}

function ownTree(reference: string, architecture: Architecture): TarEntry[] {
  return [
    { name: 'usr/', bytes: new Uint8Array() },
    { name: 'usr/share/', bytes: new Uint8Array() },
    text(
      'usr/share/about.txt',
      `${reference} (${architecture})\nA sample: it stands for the image of that name and holds no program.\n`,
    ),
  ];
}

function text(name: string, content: string): TarEntry {
  return { name, bytes: Buffer.from(content) };
}
