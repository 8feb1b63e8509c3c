import { isSealiftError } from '@sealift/core/errors';
import { imageReference, parseReference, type Reference } from '@sealift/oci/reference';
import type { PinnedRelease } from '@sealift/upgrade/ports/content';

/** An image that a release pins, as something names it. */
export interface PinnedImage {
  readonly repository: string;
  readonly tag?: string | undefined;
  readonly digest: string;
}

/** The images of a release, found by whatever name a manifest gives them. */
export class ReleaseImages {
  readonly #byName = new Map<string, string>();
  readonly #repositories = new Set<string>();
  /** Repository and digest. */
  readonly #pinned = new Set<string>();
  readonly #elsewhere: ReadonlySet<string>;

  constructor({ images, elsewhere }: Pick<PinnedRelease, 'images' | 'elsewhere'>) {
    for (const { name, digest } of images) {
      const reference = parseReference(name);
      this.#byName.set(fullName(reference), digest);
      this.#pinned.add(`${repositoryOf(reference)}@${digest}`);
      this.#repositories.add(repositoryOf(reference));
    }
    this.#elsewhere = new Set(elsewhere.map((name) => fullName(parseReference(name))));
  }

  /**
   * Where an image is below the base of a registry, and its digest. One that is named by digest may be a part of an image that is pinned
   * (of one platform), and keeps that digest.
   *
   * @returns undefined where the release has no such image, or the text is no reference
   */
  find(image: string, base: string): PinnedImage | undefined {
    const reference = read(image);
    if (reference === undefined) return undefined;
    const { repository, tag } = imageReference(base, image);
    if (reference.digest !== undefined) {
      return this.#repositories.has(repositoryOf(reference)) ? { repository, digest: reference.digest } : undefined;
    }
    const digest = this.#byName.get(fullName(reference));
    return digest === undefined ? undefined : { repository, tag, digest };
  }

  /** Whether a text names an image of the release by a digest that the release does not pin itself: it may be a part of one that it does. */
  isPart(image: string): boolean {
    const reference = read(image);
    if (reference?.digest === undefined || !this.#repositories.has(repositoryOf(reference))) return false;
    return !this.#pinned.has(`${repositoryOf(reference)}@${reference.digest}`);
  }

  /** Whether the release says that every site has the image. */
  isElsewhere(image: string): boolean {
    const reference = read(image);
    return reference !== undefined && this.#elsewhere.has(fullName(reference));
  }
}

/** Where in a registry an image is that is named by that registry itself; undefined where the text names another, or is no reference. */
export function imageOf(
  registry: string,
  image: string,
): { readonly repository: string; readonly reference: string } | undefined {
  const named = read(image);
  if (named === undefined || named.registry.toLowerCase() !== registry.toLowerCase()) return undefined;
  return { repository: named.repository, reference: named.digest ?? named.tag ?? 'latest' };
}

function read(image: string): Reference | undefined {
  try {
    const reference = parseReference(image);
    return reference.registry.startsWith('[') ? undefined : reference;
  } catch (error) {
    if (isSealiftError(error, 'REFERENCE_INVALID')) return undefined;
    throw error;
  }
}

function repositoryOf({ registry, repository }: Reference): string {
  return `${registry.toLowerCase()}/${repository}`;
}

/** By tag where it has one; by digest alone otherwise. */
function fullName(reference: Reference): string {
  const { tag, digest } = reference;
  return tag === undefined ? `${repositoryOf(reference)}@${digest ?? ''}` : `${repositoryOf(reference)}:${tag}`;
}
