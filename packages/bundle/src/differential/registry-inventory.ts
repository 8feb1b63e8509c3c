import { isSealiftError, SealiftError } from '@sealift/core/errors';
import { catalogRepository } from '@sealift/oci/reference';
import type { ManifestSource } from '@sealift/oci/walk';
import type { PublicKey } from '../minisign/keys.ts';
import { markersInRegistry } from '../release-marker/marker-source.ts';
import { readReleaseMarker } from '../release-marker/release-marker.ts';
import { type BaseRegistries, locate } from './base-registries.ts';
import { blobsOfRelease, type Inventory } from './inventory.ts';
import type { PlacedBlob } from './section.ts';

/** What an inventory was made of. */
export interface RegistryInventory extends Inventory {
  readonly releases: readonly string[];
  /** Markers whose content is not there any more; nothing of them is in the inventory. */
  readonly incomplete: readonly string[];
}

/**
 * Lists the blobs of every release whose marker is in the registry, as a base for differential bundles. Markers are verified.
 *
 * @throws INVENTORY_EMPTY, REGISTRY_*, SIGNATURE_*, RELEASE_MARKER_INVALID
 */
export async function readRegistryInventory(
  registries: BaseRegistries,
  trustedKeys: readonly PublicKey[],
): Promise<RegistryInventory> {
  const { client, base } = registries.packs;
  const repository = catalogRepository(base);
  const markers = markersInRegistry(client, repository);
  const blobs = new Map<string, PlacedBlob>();
  const releases: string[] = [];
  const incomplete: string[] = [];
  for (const tag of await releaseTags(registries)) {
    const { digest } = await client.getManifest(repository, tag);
    const { release } = await readReleaseMarker(markers, digest, trustedKeys);
    try {
      const found = await blobsOfRelease(release, (place) => manifestsAt(place, registries));
      for (const blob of found) blobs.set(`${blob.registry} ${blob.repository} ${blob.digest}`, blob);
      releases.push(`${release.metadata.product} ${release.metadata.version}`);
    } catch (error) {
      if (!isSealiftError(error, 'REGISTRY_NOT_FOUND')) throw error;
      incomplete.push(tag);
    }
  }
  if (releases.length === 0) throw empty(client.registry, repository);
  const sorted = [...blobs.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, blob]) => blob);
  return { label: labelOf(client.registry, releases), blobs: sorted, releases, incomplete };
}

async function releaseTags({ packs }: BaseRegistries): Promise<readonly string[]> {
  const repository = catalogRepository(packs.base);
  try {
    const tags = await packs.client.listTags(repository);
    return tags.filter((tag) => tag.startsWith('release-')).toSorted();
  } catch (error) {
    if (isSealiftError(error, 'REGISTRY_NOT_FOUND')) return [];
    throw error;
  }
}

function manifestsAt(place: Pick<PlacedBlob, 'registry' | 'repository'>, registries: BaseRegistries): ManifestSource {
  const { client, repository } = locate(place, registries);
  return {
    open: async (digest) => chunksOf((await client.getManifest(repository, digest)).bytes),
  };
}

async function* chunksOf(bytes: Uint8Array): AsyncGenerator<Uint8Array, void, undefined> {
  yield await Promise.resolve(bytes);
}

function labelOf(registry: string, releases: readonly string[]): string {
  const newest = releases.slice(-5).join(', ');
  return `${registry} with ${releases.length > 5 ? `${releases.length} releases, among them ` : ''}${newest}`.slice(
    0,
    500,
  );
}

function empty(registry: string, repository: string): SealiftError {
  return new SealiftError('INVENTORY_EMPTY', { values: { registry }, place: `${registry}/${repository}` });
}
