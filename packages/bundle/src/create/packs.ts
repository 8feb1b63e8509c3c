import { relative } from 'node:path';
import { SealiftError } from '@sealift/core/errors';
import type { Descriptor } from '@sealift/oci/descriptor';
import type { ImageSources, OpenSource } from '@sealift/oci/image-source';
import {
  emptyConfigBytes,
  packArchive,
  packArtifactType,
  packManifest,
  readPackArchive,
} from '@sealift/oci/pack-artifact';
import { packReference } from '@sealift/oci/reference';
import { verified } from '@sealift/oci/verify-stream';
import type { Subject } from './subject.ts';
import { type CollectedPack, describePack } from './collected-pack.ts';
import type { ContentSet } from './content-set.ts';
import { packFolders } from './pack-folders.ts';
import { collectRegistryPack, registryScheme } from './registry-pack.ts';

/** Larger archives are made again when the bundle is written, and not kept in memory until then. */
const keptBytes = 1024 * 1024;

/**
 * Adds every pack whose folder a pattern matches (`./packs/*`), and those in registries (`docker://…`). A folder may be matched twice;
 * two sources must not hold one version of a pack with different content.
 *
 * @throws FILE_NOT_FOUND when a pattern matches no folder, PACK_*, CHART_INVALID, BUNDLE_CONFLICT, REGISTRY_*
 */
export async function collectPacks(
  content: ContentSet,
  patterns: readonly string[],
  sources: ImageSources,
  folder: string,
): Promise<{ readonly packs: readonly CollectedPack[]; readonly subjects: readonly Subject[] }> {
  const subjects: Subject[] = [];
  const packs = new Map<string, CollectedPack>();
  const take = (pack: CollectedPack, from?: OpenSource): void => {
    const key = `${pack.name} ${pack.version}`;
    const other = packs.get(key);
    if (other !== undefined && other.descriptor.digest !== pack.descriptor.digest) {
      const values = { what: `pack ${key}`, first: other.descriptor.digest, second: pack.descriptor.digest };
      throw new SealiftError('BUNDLE_CONFLICT', { values, place: pack.source });
    }
    packs.set(key, pack);
    subjects.push(packSubject(pack, from));
  };
  const inFolders = patterns.filter((pattern) => !pattern.startsWith(registryScheme));
  for (const path of await packFolders(inFolders, folder))
    take({ ...(await collectPack(content, path)), source: relative(folder, path) });
  for (const source of patterns.filter((pattern) => pattern.startsWith(registryScheme))) {
    const { pack, from } = await collectRegistryPack(content, source, sources);
    take(pack, from);
  }
  const sorted = [...packs.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, pack]) => pack);
  return { packs: sorted, subjects };
}

/** A pack, as something that others may be attached to. */
export function packSubject({ name, version, descriptor, source }: CollectedPack, from?: OpenSource): Subject {
  const { repository } = packReference('', name, version);
  return { repository, manifests: [descriptor.digest], from, source, hasTags: false };
}

/** Adds the pack of a folder. @throws PACK_*, CHART_INVALID, FILE_NOT_FOUND, FILE_UNREADABLE */
export async function collectPack(content: ContentSet, path: string): Promise<CollectedPack> {
  const { pack, bytes, layer } = await packArchive(path);
  const config = content.addBytes(emptyConfigBytes, 'metadata', packArtifactType);
  if (bytes.byteLength <= keptBytes) content.addBytes(bytes, 'content', layer.mediaType);
  else content.add({ ...layer, role: 'content', open: () => again(path, layer) });
  const descriptor = { ...content.addManifest(packManifest(layer)), artifactType: packArtifactType };
  const read = await readPackArchive(chunksOf(bytes), { place: path, charts: true });
  const sizeBytes = descriptor.size + config.size + layer.size;
  return { ...(await describePack(pack, read)), descriptor, sizeBytes, source: path };
}

async function* chunksOf(bytes: Uint8Array): AsyncGenerator<Uint8Array, void, undefined> {
  yield await Promise.resolve(bytes);
}

async function* again(path: string, { digest, size }: Descriptor): AsyncGenerator<Uint8Array, void, undefined> {
  const { bytes, layer } = await packArchive(path);
  if (layer.digest !== digest) throw new SealiftError('BUNDLE_INPUT_CHANGED', { values: { path } });
  yield* verified([bytes], { digest, size });
}
