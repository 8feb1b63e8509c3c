import { SealiftError } from '@sealift/core/errors';
import type { ReleaseFile } from '@sealift/core/release';
import { parseReference } from '@sealift/oci/reference';
import { fullName } from '@sealift/oci/image-source';
import type { CollectedImage } from './images.ts';
import type { CollectedPack } from './packs.ts';

/**
 * Checks that everything named is inside: the pack of every layer, and every image that a pack names.
 *
 * @throws RELEASE_PACK_MISSING, RELEASE_IMAGE_MISSING (its place lists every missing one)
 */
export function checkComplete(
  file: ReleaseFile,
  packs: readonly CollectedPack[],
  images: readonly CollectedImage[],
): void {
  for (const [index, { layer, pack, version }] of file.spec.layers.entries()) {
    const found = packs.some((one) => one.name === pack && one.version === version && one.layer === layer);
    if (found) continue;
    const place = `spec.layers[${index}] (layer ${layer})`;
    throw new SealiftError('RELEASE_PACK_MISSING', { values: { pack, version }, place });
  }
  const missing = packs.flatMap((pack) =>
    pack.images
      .filter((image) => !isInside(image, images))
      .map((image) => ({ image, namedBy: `pack ${pack.name} ${pack.version}` })),
  );
  const [first] = missing;
  if (first === undefined) return;
  const place = missing.map(({ image, namedBy }) => `${image} (${namedBy})`).join(', ');
  throw new SealiftError('RELEASE_IMAGE_MISSING', { values: first, place });
}

function isInside(wanted: string, images: readonly CollectedImage[]): boolean {
  const { registry, repository, tag, digest } = parseReference(wanted);
  if (digest === undefined) return images.some(({ name }) => name === fullName(wanted));
  return images.some((image) => {
    const has = parseReference(image.name);
    const sameName = has.registry === registry && has.repository === repository;
    return sameName && image.descriptor.digest === digest && (tag === undefined || has.tag === tag);
  });
}
