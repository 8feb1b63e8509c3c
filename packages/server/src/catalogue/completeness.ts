import type { Release } from '@sealift/core/release';
import { imageReference, nodeImageReference, packReference } from '@sealift/oci/reference';
import type { RegistryClient } from '@sealift/oci/registry-client';
import { imageBase } from './registry-access.ts';

/** Requests to the registry at a time. */
const concurrency = 8;

/** Something a release pins by digest, and the repository where a bundle run puts it. */
export interface PinnedContent {
  /** For people. */
  readonly what: string;
  readonly repository: string;
  readonly digest: string;
}

/** A release, or of one what pins content. */
interface Pins {
  readonly spec: Pick<Release['spec'], 'packs' | 'images' | 'nodeImage'>;
}

/** Everything a release pins. */
export function pinnedContent(base: string, release: Pins): PinnedContent[] {
  const { packs, images, nodeImage } = release.spec;
  return [
    ...packs.map(({ name, version, digest }) => ({
      what: `pack ${name} ${version}`,
      repository: packReference(base, name, version).repository,
      digest,
    })),
    ...images.map(({ name, digest }) => ({
      what: `image ${name}`,
      repository: imageReference(imageBase, name).repository,
      digest,
    })),
    ...(nodeImage === undefined
      ? []
      : [
          {
            what: `node image ${nodeImage.ova}`,
            repository: nodeImageReference(base, nodeImage.ova).repository,
            digest: nodeImage.digest,
          },
        ]),
  ];
}

/** Everything a release pins that the registry does not hold under its digest; empty when the release is complete. */
export async function missingContent(client: RegistryClient, base: string, release: Pins): Promise<string[]> {
  const missing: string[] = [];
  const queue = pinnedContent(base, release).values();
  const look = async (): Promise<void> => {
    for (const { what, repository, digest } of queue) {
      if ((await client.headManifest(repository, digest)) === undefined) missing.push(what);
    }
  };
  await Promise.all(Array.from({ length: concurrency }, look));
  return missing.sort();
}

/** The missing content in a sentence: the first few by name, the rest by number. */
export function describeMissing(missing: readonly string[]): string {
  const named = missing.slice(0, 3).join(', ');
  return missing.length > 3 ? `${named} and ${missing.length - 3} more are missing` : `${named} missing`;
}
