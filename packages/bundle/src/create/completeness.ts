import { SealiftError } from '@sealift/core/errors';
import type { NamedImage, UncertainImage } from '@sealift/oci/named-images';
import type { ReleaseFile } from '@sealift/core/release';
import { fullName } from '@sealift/oci/image-source';
import { parseReference } from '@sealift/oci/reference';
import type { CollectedImage } from './images.ts';
import type { CollectedPack } from './collected-pack.ts';

/** What a bundle is checked for. */
export interface Content {
  readonly packs: readonly CollectedPack[];
  readonly images: readonly CollectedImage[];
  /** Images that every site has already, each by its name. */
  readonly elsewhere: readonly string[];
}

/** What could not be checked, and which exceptions nothing needs. */
export interface Unchecked {
  readonly uncertain: readonly UncertainImage[];
  readonly needlessElsewhere: readonly string[];
}

/** Checks that the pack of every layer, and that of the providers, is inside. @throws RELEASE_PACK_MISSING */
export function checkPacks({ spec }: ReleaseFile, packs: readonly CollectedPack[]): void {
  for (const [index, { layer, pack, version }] of spec.layers.entries()) {
    const found = packs.some((one) => one.name === pack && one.version === version && one.layer === layer);
    if (found) continue;
    const place = `spec.layers[${index}] (layer ${layer})`;
    throw new SealiftError('RELEASE_PACK_MISSING', { values: { pack, version }, place });
  }
  if (spec.clusterApi === undefined) return;
  const { pack, version } = spec.clusterApi.components;
  if (packs.some((one) => one.name === pack && one.version === version)) return;
  throw new SealiftError('RELEASE_PACK_MISSING', {
    values: { pack, version },
    place: 'spec.clusterApi.components',
    hint: 'Add the pack folder to spec.content.packs, or correct the version there.',
  });
}

/**
 * Checks that every image that a pack names is inside, or known to be elsewhere.
 *
 * @throws RELEASE_IMAGE_MISSING listing each missing image with everything that names it; REFERENCE_INVALID
 */
export function checkImages({ packs, images, elsewhere }: Content): Unchecked {
  const names = new Set(images.map(({ name }) => name));
  const others = new Set(elsewhere.map(fullName));
  const used = new Set<string>();
  const missing = new Map<string, string[]>();
  for (const { anyOf, place, mayBePrefixed } of packs.flatMap((pack) => pack.images.named)) {
    if (anyOf.some((image) => isInside(image, names, images))) continue;
    if (mayBePrefixed === true && images.some(({ name }) => anyOf.some((image) => name.endsWith(`/${image}`))))
      continue;
    const known = anyOf.map(fullName).find((image) => others.has(image));
    if (known !== undefined) used.add(known);
    else missing.set(anyOf.join(' or '), [...(missing.get(anyOf.join(' or ')) ?? []), place]);
  }
  if (missing.size > 0) throw listed(missing);
  return {
    uncertain: packs.flatMap((pack) => pack.images.uncertain),
    needlessElsewhere: elsewhere.filter((image) => !used.has(fullName(image))),
  };
}

function listed(missing: ReadonlyMap<string, readonly string[]>): SealiftError {
  const lines = [...missing.entries()]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([image, places]) => `  ${image}, named by ${[...new Set(places)].join('; ')}`);
  return new SealiftError('RELEASE_IMAGE_MISSING', { values: { count: missing.size, list: lines.join('\n') } });
}

/** By digest where one is named, as Kubernetes pulls it; a tag beside it says nothing then. */
function isInside(wanted: NamedImage['anyOf'][number], names: ReadonlySet<string>, images: readonly CollectedImage[]) {
  const { registry, repository, digest } = parseReference(wanted);
  if (digest === undefined) return names.has(fullName(wanted));
  return images.some(({ name, manifests }) => {
    const has = parseReference(name);
    return has.registry === registry && has.repository === repository && manifests.has(digest);
  });
}
