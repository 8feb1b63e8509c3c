import { glob, stat } from 'node:fs/promises';
import { join, relative, resolve } from 'node:path';
import { SealiftError } from '@sealift/core/errors';
import { type LayerName, readPackValues } from '@sealift/core/pack';
import type { Descriptor } from '@sealift/oci/descriptor';
import { emptyConfigBytes, packArchive, packManifest } from '@sealift/oci/pack-artifact';
import type { ContentSet } from './content-set.ts';

const schemaFiles = ['values.schema.json', 'schema.yaml'] as const;

/** A pack that the bundle will hold. */
export interface CollectedPack {
  readonly name: string;
  readonly version: string;
  readonly layer: LayerName;
  readonly descriptor: Descriptor;
  readonly sizeBytes: number;
  /** The images that its values name, as written. */
  readonly images: readonly string[];
  /** The files in it that describe its values. */
  readonly schemas: readonly string[];
}

/**
 * Adds every pack whose folder a pattern matches (`./packs/*`). A folder may be matched twice; two folders must not hold
 * one version of a pack with different content.
 *
 * @throws FILE_NOT_FOUND when a pattern matches no folder, PACK_*, BUNDLE_CONFLICT
 */
export async function collectPacks(
  content: ContentSet,
  patterns: readonly string[],
  folder: string,
): Promise<readonly CollectedPack[]> {
  const packs = new Map<string, CollectedPack>();
  for (const path of await packFolders(patterns, folder)) {
    const pack = await collectPack(content, path);
    const key = `${pack.name} ${pack.version}`;
    const other = packs.get(key);
    if (other !== undefined && other.descriptor.digest !== pack.descriptor.digest) {
      const values = { what: `pack ${key}`, first: other.descriptor.digest, second: pack.descriptor.digest };
      throw new SealiftError('BUNDLE_CONFLICT', { values, place: path });
    }
    packs.set(key, pack);
  }
  return [...packs.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, pack]) => pack);
}

async function collectPack(content: ContentSet, path: string): Promise<CollectedPack> {
  const { pack, values, files, bytes, layer } = await packArchive(path);
  const config = content.addBytes(emptyConfigBytes, 'metadata', 'application/vnd.oci.empty.v1+json');
  content.addBytes(bytes, 'content', layer.mediaType);
  const descriptor = content.addManifest(packManifest(layer));
  return {
    name: pack.name,
    version: pack.version,
    layer: pack.layer,
    descriptor,
    sizeBytes: descriptor.size + config.size + layer.size,
    images: readPackValues(values, join(path, 'values.yaml')).images,
    schemas: schemaFiles.filter((name) => files.includes(name)),
  };
}

async function packFolders(patterns: readonly string[], folder: string): Promise<readonly string[]> {
  const found = new Set<string>();
  for (const pattern of patterns) {
    const before = found.size;
    for await (const match of glob(pattern, { cwd: folder })) {
      const path = resolve(folder, match);
      if ((await stat(path)).isDirectory()) found.add(path);
    }
    if (found.size === before && !(await isFolder(resolve(folder, pattern)))) {
      const hint = 'Correct the pattern in spec.content.packs; it is relative to the folder of the release file.';
      throw new SealiftError('FILE_NOT_FOUND', { values: { path: pattern }, place: 'spec.content.packs', hint });
    }
  }
  // Sorted by what the release file could name, so that the order does not depend on where the checkout is.
  return [...found].sort((a, b) => (relative(folder, a) < relative(folder, b) ? -1 : 1));
}

async function isFolder(path: string): Promise<boolean> {
  return await stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
}
