import { SealiftError } from '@sealift/core/errors';
import { type KubeObject, nameOf, referenceOf } from '@sealift/kubernetes/object';
import type { ImageRegistry } from '../../settings.ts';
import { mapImages, withPullSecret } from './image-places.ts';
import { imageOf, type ReleaseImages } from './release-images.ts';

const shown = 10;

/** An image that pods would be pulled from nowhere. */
export interface MissingImage {
  readonly image: string;
  /** Such as `Deployment.apps shop/web`. */
  readonly object: string;
}

/**
 * The objects with their images as nodes pull them: from the site's registry, by the digest that the release pins, with a login where it
 * needs one. An image that the release does not have is left as it is: one that an operator is told may be meant otherwise, and one that is
 * pulled is refused by `refuseMissing` or is `elsewhere` by the release's own word.
 */
export function pulledFrom(
  { registry, base, pullSecret }: ImageRegistry,
  images: ReleaseImages,
  objects: readonly KubeObject[],
): readonly KubeObject[] {
  return objects.map((object) => {
    let isPulledThere = false;
    const changed = mapImages(object, (image) => {
      const pinned = images.find(image, base);
      isPulledThere ||= pinned !== undefined || imageOf(registry, image) !== undefined;
      if (pinned === undefined) return image;
      const tag = pinned.tag === undefined ? '' : `:${pinned.tag}`;
      return `${registry}/${pinned.repository}${tag}@${pinned.digest}`;
    });
    if (!isPulledThere) return object;
    return pullSecret === undefined ? changed : withPullSecret(changed, pullSecret.name);
  });
}

/** What pods of these objects would be told to pull, each image once for an object. */
export function pulledImages(objects: readonly KubeObject[]): readonly MissingImage[] {
  return objects.flatMap((object) => {
    const found = new Set<string>();
    mapImages(object, (image, place) => {
      if (place === 'pulled') found.add(image);
      return image;
    });
    return [...found].map((image) => ({ image, object: nameOf(referenceOf(object)) }));
  });
}

/** Those of them that the release neither has nor says to be at every site, and that are not named by the site's own registry. */
export function missingImages(
  site: ImageRegistry | undefined,
  images: ReleaseImages,
  objects: readonly KubeObject[],
): readonly MissingImage[] {
  return pulledImages(objects).filter(({ image }) => {
    if (site !== undefined && imageOf(site.registry, image) !== undefined) return false;
    return images.find(image, '') === undefined && !images.isElsewhere(image);
  });
}

/** @throws LAYER_IMAGE_MISSING */
export function refuseMissing(layer: string, missing: readonly MissingImage[]): void {
  if (missing.length > 0) throw new SealiftError('LAYER_IMAGE_MISSING', { values: { layer, images: listed(missing) } });
}

/** `docker.io/library/web:1 (Deployment.apps shop/web)`, the first ones. */
export function listed(missing: readonly MissingImage[]): string {
  const more = missing.length > shown ? ` and ${missing.length - shown} more` : '';
  const named = missing.slice(0, shown).map(({ image, object }) => `${image} (${object})`);
  return `${named.join(', ')}${more}`;
}
