import { SealiftError } from '@sealift/core/errors';
import { nodeImagesOf, parseRelease, type Release } from '@sealift/core/release';
import {
  catalogRepository,
  imageReference,
  nodeImageReference,
  packReference,
  toolReference,
} from '@sealift/oci/reference';
import type { RegistryClient } from '@sealift/oci/registry-client';
import type { Db } from '../store/store.ts';
import { imageBase, packBase } from './registry-access.ts';

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
  readonly spec: Pick<Release['spec'], 'packs' | 'images' | 'nodeImage' | 'intermediateNodeImages' | 'tools'>;
}

/** Everything a release pins. */
export function pinnedContent(base: string, release: Pins): PinnedContent[] {
  const { packs, images, tools = [] } = release.spec;
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
    ...nodeImagesOf(release.spec).map(({ ova, digest }) => ({
      what: `node image ${ova}`,
      repository: nodeImageReference(base, ova).repository,
      digest,
    })),
    ...tools.map((tool) => ({
      what: `program ${tool.name} for ${tool.platform}`,
      repository: toolReference(base, tool).repository,
      digest: tool.digest,
    })),
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

/**
 * Looks whether the registry still holds everything that the installed release pins: a node that starts anew pulls its images from there,
 * and nothing can be put back without its packs. Goes by the catalogue, also when the key of that release is trusted no longer.
 *
 * @returns RELEASE_INCOMPLETE with the remedy; undefined when everything is there, or nothing is installed
 */
export async function lostContent(db: Db, client: RegistryClient): Promise<SealiftError | undefined> {
  const row = await db
    .selectFrom('profile')
    .innerJoin('catalogue_release', (join) =>
      join
        .onRef('catalogue_release.product', '=', 'profile.product')
        .onRef('catalogue_release.version', '=', 'profile.version'),
    )
    .select(['catalogue_release.version', 'catalogue_release.digest', 'catalogue_release.release'])
    .executeTakeFirst();
  if (row === undefined) return undefined;
  const { version } = row;
  const missing = await missingContent(client, packBase, parseRelease(row.release, `release ${version}`));
  const marker = await client.headManifest(catalogRepository(packBase), row.digest);
  if (marker === undefined) missing.unshift(`the release marker of ${version}`);
  if (missing.length === 0) return undefined;
  return new SealiftError('RELEASE_INCOMPLETE', {
    values: { version, missing: describeMissing(missing) },
    hint: `It is installed. See first that the folder given with --data is the right one and nothing in it was lost; then run airgap-v${version}.bin again, which sends what is missing.`,
  });
}
