import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { mediaTypes } from '../../packages/oci/src/descriptor.ts';
import { LayoutWriter } from '../../packages/oci/src/layout.ts';

/** An image to be made: its layers are any bytes, as nothing here runs it. */
export interface SampleImage {
  readonly name: string;
  readonly layers: readonly (() => AsyncIterable<Uint8Array>)[];
}

/** The values of each pack, by name. */
export type SamplePacks = Readonly<Record<string, string>>;

/** Writes a release with its packs and its images, as an OCI layout; gives the path of its `release.yaml`. */
export async function writeRelease(
  folder: string,
  version: string,
  images: readonly SampleImage[],
  packs: SamplePacks = { base: 'replicas: 1\n' },
): Promise<string> {
  for (const [name, values] of Object.entries(packs)) {
    const path = join(folder, 'packs', name);
    mkdirSync(path, { recursive: true });
    writeFileSync(join(path, 'pack.json'), JSON.stringify({ name, version, displayName: name, layer: 'addon' }));
    writeFileSync(join(path, 'values.yaml'), values);
  }
  await writeLayout(join(folder, 'images'), images);
  const layers = Object.keys(packs).map((name) => `    - { layer: addon, pack: ${name}, version: ${version} }\n`);
  const file = join(folder, 'release.yaml');
  writeFileSync(
    file,
    `apiVersion: sealift.dev/v1
kind: Release
metadata: { product: Bench, version: ${version} }
spec:
  upgradesFrom: []
  kubernetes: { version: 1.26.10, supported: ">=1.26 <1.28" }
  layers:
${layers.join('')}  content:
    packs: [ "./packs/*" ]
    images: [ "oci:./images" ]
`,
  );
  return file;
}

/** Writes images as an OCI image layout. */
export async function writeLayout(folder: string, images: readonly SampleImage[]): Promise<void> {
  const layout = await LayoutWriter.create(folder);
  for (const { name, layers } of images) {
    const described = [];
    for (const content of layers) described.push(await layout.addBlob(content(), { mediaType: mediaTypes.layerGzip }));
    const config = {
      architecture: 'amd64',
      os: 'linux',
      config: { Labels: { name } },
      rootfs: { type: 'layers', diff_ids: described.map(({ digest }) => digest) },
    };
    const manifest = await layout.addManifest({
      schemaVersion: 2,
      mediaType: mediaTypes.manifest,
      config: await layout.addBlob(Buffer.from(JSON.stringify(config)), { mediaType: mediaTypes.config }),
      layers: described,
    });
    layout.addIndexEntry(manifest, name);
  }
  await layout.finish();
}
