import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { artifactTypes, layerTypes } from '../../packages/bundle/src/artifact/artifact-types.ts';
import type { SecretKey } from '../../packages/bundle/src/minisign/keys.ts';
import { makePackReleaseFiles } from '../../packages/bundle/src/release-marker/pack-marker.ts';
import { packReleaseSchema } from '../../packages/core/src/release/pack-release.ts';
import { type Descriptor, type Manifest, mediaTypes } from '../../packages/oci/src/descriptor.ts';
import { digestOf } from '../../packages/oci/src/digest.ts';
import { emptyConfigBytes, packManifest } from '../../packages/oci/src/pack-artifact/pack-manifest.ts';
import { packArchive } from '../../packages/oci/src/pack-artifact/write-pack.ts';
import { catalogRepository, packReference, packTag } from '../../packages/oci/src/reference.ts';
import { StoragePaths } from '../../packages/registry/src/storage/paths.ts';

const versionsPerPack = 5;
const base = 'sealift/packs';

/** What of a pack is asked for at a registry, as a path below `/v2/`. */
export interface PackPlaces {
  /** The tag of its marker. */
  readonly tag: string;
  /** Everything that a sync reads of it. */
  readonly content: readonly string[];
}

/**
 * Puts signed packs into the folder of a registry that is not running, as pushing each of them would leave it there, but for the waiting
 * for the disk: five versions of each pack, some 2 KiB of values.
 *
 * @param family begins the names of these packs
 */
export async function writePacks(
  folder: string,
  { count, family, key }: { readonly count: number; readonly family: string; readonly key: SecretKey },
): Promise<PackPlaces[]> {
  const registry = new RegistryFolder(folder);
  const places: PackPlaces[] = [];
  const source = mkdtempSync(join(tmpdir(), 'sealift-bench-pack-'));
  try {
    for (let index = 0; index < count; index += 1) {
      const name = `${family}-${Math.floor(index / versionsPerPack)}`;
      const version = `1.${index % versionsPerPack}.0`;
      writeSource(source, name, version);
      places.push(await writePack(registry, source, key));
    }
  } finally {
    rmSync(source, { recursive: true });
  }
  return places;
}

async function writePack(registry: RegistryFolder, source: string, key: SecretKey): Promise<PackPlaces> {
  const { pack: described, bytes: archive, layer: archiveLayer } = await packArchive(source);
  const { name, version, layer } = described;
  const { repository, tag } = packReference(base, name, version);
  registry.putBlob(repository, archive);
  registry.putBlob(repository, emptyConfigBytes);
  const digest = registry.putManifest(repository, tag, packManifest(archiveLayer));
  const pack = { name, version, layer, digest, sizeBytes: archive.length };
  const release = packReleaseSchema.parse({ apiVersion: 'sealift.dev/v1', kind: 'PackRelease', pack, images: [] });
  const { json, signature } = makePackReleaseFiles(release, key);
  const catalogue = catalogRepository(base);
  const markerTag = packTag(name, version);
  const layers = [descriptorOf(layerTypes.packReleaseJson, json), descriptorOf(layerTypes.signature, signature)];
  for (const bytes of [json, signature, emptyConfigBytes]) registry.putBlob(catalogue, bytes);
  const config = descriptorOf(artifactTypes.packRelease, emptyConfigBytes);
  registry.putManifest(catalogue, markerTag, { schemaVersion: 2, mediaType: mediaTypes.manifest, config, layers });
  return {
    tag: `${catalogue}/manifests/${markerTag}`,
    content: [
      `${catalogue}/manifests/${markerTag}`,
      ...layers.map((one) => `${catalogue}/blobs/${one.digest}`),
      `${repository}/manifests/${digest}`,
      `${repository}/blobs/${archiveLayer.digest}`,
    ],
  };
}

function descriptorOf(mediaType: string, bytes: Uint8Array): Descriptor {
  return { mediaType, digest: digestOf(bytes), size: bytes.byteLength };
}

/** The folder of a pack as its vendor has it. */
function writeSource(folder: string, name: string, version: string): void {
  const sections = Array.from({ length: 20 }, (_, section) =>
    [
      `# Section ${section} of ${name}.`,
      `section${section}:`,
      '  enabled: true',
      `  image: registry.example/${name}:${version}-${section}`,
      '',
    ].join('\n'),
  );
  const description = { name, version, layer: 'addon', displayName: `Pack ${name}`, cloudTypes: ['all'] };
  writeFileSync(join(folder, 'pack.json'), JSON.stringify(description));
  writeFileSync(join(folder, 'values.yaml'), sections.join('\n'));
}

/** A registry's folder, written to while no process has it open. */
class RegistryFolder {
  readonly #paths: StoragePaths;
  readonly #folders = new Set<string>();

  constructor(folder: string) {
    this.#paths = new StoragePaths(folder);
  }

  putBlob(repository: string, bytes: Uint8Array): void {
    const digest = digestOf(bytes);
    this.#write(this.#paths.blob(digest), bytes);
    this.#write(this.#paths.blobLink(repository, digest), '');
  }

  putManifest(repository: string, tag: string, manifest: Manifest): string {
    const bytes = Buffer.from(JSON.stringify(manifest));
    const digest = digestOf(bytes);
    this.#write(this.#paths.blob(digest), bytes);
    this.#write(this.#paths.manifest(repository, digest), JSON.stringify({ mediaType: manifest.mediaType }));
    this.#write(this.#paths.tag(repository, tag), digest);
    return digest;
  }

  #write(path: string, bytes: Uint8Array | string): void {
    const folder = dirname(path);
    if (!this.#folders.has(folder)) mkdirSync(folder, { recursive: true });
    this.#folders.add(folder);
    writeFileSync(path, bytes);
  }
}
