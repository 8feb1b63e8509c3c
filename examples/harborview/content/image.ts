import { gzipSync } from 'node:zlib';
import type { Blob, LayoutWriter } from './layout.ts';
import { tar, type TarEntry } from './tar.ts';

const architectures = ['amd64', 'arm64'] as const;
type Architecture = (typeof architectures)[number];

const manifestType = 'application/vnd.oci.image.manifest.v1+json';
const indexType = 'application/vnd.oci.image.index.v1+json';

/**
 * Adds a sample image under its full reference: valid and small, with a file that says that it holds no program
 * (OCI image-spec, manifest.md and config.md). Images for several architectures get an index.
 */
export function addSampleImage(layout: LayoutWriter, reference: string, multiArchitecture: boolean): void {
  const platforms = multiArchitecture ? architectures : architectures.slice(0, 1);
  const manifests = platforms.map((architecture) => ({
    ...addManifest(layout, reference, architecture),
    platform: { architecture, os: 'linux' },
  }));
  const [only] = manifests;
  if (only === undefined) throw new Error('an image needs an architecture');
  const target = multiArchitecture
    ? layout.add(indexType, json({ schemaVersion: 2, mediaType: indexType, manifests }))
    : only;
  layout.name(reference, target);
}

function addManifest(layout: LayoutWriter, reference: string, architecture: Architecture): Blob {
  const trees = [baseTree(), ownTree(reference, architecture)];
  const layers = trees.map((tree) => layer(layout, tree));
  const config = layout.add(
    'application/vnd.oci.image.config.v1+json',
    json({
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
  );
  const manifest = { schemaVersion: 2, mediaType: manifestType, config, layers: layers.map(({ blob }) => blob) };
  return layout.add(manifestType, json(manifest));
}

function layer(layout: LayoutWriter, entries: readonly TarEntry[]): { blob: Blob; diffId: string } {
  const archive = tar(entries);
  const blob = layout.add('application/vnd.oci.image.layer.v1.tar+gzip', gzipSync(archive, { level: 9 }));
  return { blob, diffId: layout.digest(archive) };
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

function json(value: unknown): Buffer {
  return Buffer.from(JSON.stringify(value));
}
