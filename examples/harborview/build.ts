/**
 * Makes the sample's images and node images: `npx node examples/harborview/build.ts`. Installing the workspace runs it;
 * run it again after a change to a pack's list of images or to the sample content.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parsePack } from '@sealift/core/pack';
import { imagesInPack } from '@sealift/oci/named-images';
import { type ReleaseFile, releaseFileSchema } from '@sealift/core/release';
import { LayoutWriter } from '@sealift/oci/layout';
import { parse } from 'yaml';
import { packChart } from './content/chart.ts';
import { addSampleImage } from './content/image.ts';
import { nodeImageOva } from './content/ova.ts';

/** The folder of the sample platform. */
export const harborview: string = dirname(fileURLToPath(import.meta.url));
/** The sample's releases, older first. */
export const versions = ['4.2.12', '4.2.13'] as const;

/** @param root the sample's folder, or a copy of it; so below */
export function readRelease(version: string, root = harborview): ReleaseFile {
  return releaseFileSchema.parse(parse(readFileSync(join(root, version, 'release.yaml'), 'utf8')));
}

/** The folders of a release's packs. */
export function packFolders(version: string, root = harborview): string[] {
  return readRelease(version, root).spec.content.packs.map((path) => resolve(root, version, path));
}

/** Every image that a pack of the release names, in order and once. */
export function listedImages(version: string, root = harborview): string[] {
  const names = packFolders(version, root).flatMap((folder) => {
    const texts = { valuesYaml: readFileSync(join(folder, 'values.yaml'), 'utf8'), charts: new Map() };
    return imagesInPack({ ...texts, manifests: manifestsOf(folder) }, folder).named.flatMap(
      ({ anyOf }) => anyOf[0] ?? [],
    );
  });
  return [...new Set(names)];
}

/** Packs the charts that a pack names (`charts/<chart>-<version>.tgz`) into its folder. */
function packCharts(folder: string): void {
  const { charts, version } = parsePack(readFileSync(join(folder, 'pack.json'), 'utf8'), folder);
  for (const path of charts ?? []) {
    mkdirSync(join(folder, 'charts'), { recursive: true });
    const name = basename(path, `-${version}.tgz`);
    writeFileSync(join(folder, path), packChart(join(harborview, 'charts', name), name, version));
  }
}

function manifestsOf(folder: string): ReadonlyMap<string, string> {
  const manifests = join(folder, 'manifests');
  const names = existsSync(manifests) ? readdirSync(manifests) : [];
  return new Map(names.map((name) => [`manifests/${name}`, readFileSync(join(manifests, name), 'utf8')]));
}

/** Writes `images/` and the OVA of a release into a folder, afresh, and the charts of its packs beside them. */
export async function build(version: string, folder: string, root = harborview): Promise<void> {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  for (const pack of packFolders(version, root)) packCharts(pack);
  const layout = await LayoutWriter.create(join(folder, 'images'));
  for (const image of listedImages(version, root))
    await addSampleImage(layout, image, /calico\/node|harborview/.test(image));
  await layout.finish();
  const { nodeImage } = readRelease(version, root).spec;
  if (nodeImage !== undefined) writeFileSync(join(folder, nodeImage.ova), nodeImageOva(nodeImage));
}

if (import.meta.main) for (const version of versions) await build(version, join(harborview, version, 'build'));
