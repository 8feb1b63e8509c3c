import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { openBase } from '@sealift/bundle/base';
import type { SiteContent } from '@sealift/bundle/download-choice';
import type { PlacedBlob } from '@sealift/bundle/differential';
import type { PublicKey } from '@sealift/bundle/minisign';
import { readRegistryInventory } from '@sealift/bundle/registry-inventory';
import { isSealiftError, reasonOf, SealiftError } from '@sealift/core/errors';
import { findUploadPlaces } from '../../client/upload-place.ts';
import type { CliContext } from '../../context.ts';

/** How a person says what the site has; at most one of them. */
export interface SiteOptions {
  readonly have?: string;
  readonly registry?: true;
  readonly base?: string;
}

/**
 * Looks up what the site has.
 *
 * @returns undefined when nobody asked for a differential bundle
 * @throws USAGE, FILE_UNREADABLE, REGISTRY_*, SIGNATURE_*, PLATFORM_*
 */
export async function siteContentOf(
  { have, registry, base }: SiteOptions,
  trustedKeys: readonly PublicKey[],
  context: CliContext,
): Promise<SiteContent | undefined> {
  if ([have, registry, base].filter((one) => one !== undefined).length > 1) {
    throw new SealiftError('USAGE', { values: { reason: 'give one of --have, --registry and --base' } });
  }
  if (base !== undefined) return { kind: 'word', base: base.replace(/^v(?=\d)/, '') };
  if (have !== undefined) return await contentOfFolder(have, trustedKeys, context);
  if (registry !== true) return undefined;
  using places = await findUploadPlaces(context);
  try {
    const { label, blobs } = await readRegistryInventory(places, trustedKeys);
    return { kind: 'blobs', label, blobs };
  } catch (error) {
    // A site that has nothing yet takes what needs nothing.
    if (!isSealiftError(error, 'INVENTORY_EMPTY')) throw error;
    return { kind: 'blobs', label: `${places.packs.client.registry}, which has no release,`, blobs: [] };
  }
}

/** What the release bundles of a folder hold; of a release a differential one holds only a part. */
async function contentOfFolder(
  folder: string,
  trustedKeys: readonly PublicKey[],
  context: CliContext,
): Promise<SiteContent> {
  const names = await readdir(folder).catch((error: unknown) => {
    throw new SealiftError('FILE_UNREADABLE', {
      values: { path: folder, reason: reasonOf(error) },
      place: '--have',
      cause: error,
    });
  });
  const blobs: PlacedBlob[] = [];
  for (const name of names.filter((each) => each.endsWith('.bin')).toSorted()) {
    try {
      await using base = await openBase(join(folder, name), trustedKeys);
      for (const blob of base.inventory.blobs) {
        if ((await base.content?.size(blob.digest)) !== undefined) blobs.push(blob);
      }
    } catch (error) {
      // One that can't be used only makes that less can be left out.
      if (!isSealiftError(error)) throw error;
      context.note(`not counted on: ${join(folder, name)} (${error.message})`);
    }
  }
  return { kind: 'blobs', label: folder, blobs };
}
