import { canonicalJson } from '@sealift/core/canonical-json';
import { SealiftError } from '@sealift/core/errors';
import { nodeImagesOf, type Release } from '@sealift/core/release';
import type { Digest } from '@sealift/oci/digest';
import { imageReference, nodeImageReference, packReference, toolReference } from '@sealift/oci/reference';
import { type ManifestSource, walk } from '@sealift/oci/walk';
import { z } from 'zod';
import { type PlacedBlob, placedBlobSchema } from './section.ts';

/** The blobs that releases put into registries, each with every repository that holds it. */
export interface Inventory {
  /** For people: what the inventory is of. */
  readonly label: string;
  readonly blobs: readonly PlacedBlob[];
}

/** A larger inventory would be of more releases than a registry keeps. */
export const maxInventoryBytes = 64 * 1024 * 1024;

const inventorySchema = z.strictObject({
  kind: z.literal('sealift-inventory'),
  formatVersion: z.literal(1),
  label: z.string().min(1).max(500),
  blobs: z.array(placedBlobSchema).max(500_000),
});

/** An inventory as a file: canonical JSON. */
export function formatInventory({ label, blobs }: Inventory): string {
  return canonicalJson({ kind: 'sealift-inventory', formatVersion: 1, label, blobs });
}

/** @throws INPUT_INVALID */
export function parseInventory(text: string, place: string): Inventory {
  try {
    const { label, blobs } = inventorySchema.parse(JSON.parse(text));
    return { label, blobs };
  } catch (error) {
    const issue = error instanceof z.ZodError ? error.issues[0] : undefined;
    const reason = issue === undefined ? 'it is not JSON' : `${issue.path.join('.')}: ${issue.message}`;
    throw new SealiftError('INPUT_INVALID', {
      values: { what: `the inventory ${place}`, reason },
      place,
      cause: error,
    });
  }
}

/**
 * The blobs of a release and where an upload puts them. Manifests are not among them: a bundle always holds its own.
 *
 * @param manifests where the manifests of a repository can be read
 * @throws MANIFEST_INVALID, CONTENT_MISSING, and what reading throws
 */
export async function blobsOfRelease(
  release: Release,
  manifests: (place: Pick<PlacedBlob, 'registry' | 'repository'>) => ManifestSource,
): Promise<readonly PlacedBlob[]> {
  const blobs = new Map<string, PlacedBlob>();
  for (const { digest: root, ...place } of uploadedOf(release)) {
    for (const { digest, size } of (await walk(manifests(place), root)).blobs) {
      blobs.set(`${place.registry} ${place.repository} ${digest}`, { digest, size, ...place });
    }
  }
  return [...blobs.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, blob]) => blob);
}

function uploadedOf({ spec }: Release): readonly Omit<PlacedBlob, 'size'>[] {
  const { packs, images, tools = [] } = spec;
  return [
    ...packs.map(({ name, version, digest }) => ({
      registry: 'packs' as const,
      repository: packReference('', name, version).repository,
      digest: digest as Digest,
    })),
    ...images.map(({ name, digest }) => ({
      registry: 'images' as const,
      repository: imageReference('', name).repository,
      digest: digest as Digest,
    })),
    ...nodeImagesOf(spec).map(({ ova, digest }) => ({
      registry: 'packs' as const,
      repository: nodeImageReference('', ova).repository,
      digest: digest as Digest,
    })),
    ...tools.map((tool) => ({
      registry: 'packs' as const,
      repository: toolReference('', tool).repository,
      digest: tool.digest as Digest,
    })),
  ];
}
