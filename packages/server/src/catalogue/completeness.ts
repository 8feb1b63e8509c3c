import { SealiftError } from '@sealift/core/errors';
import { parseRelease } from '@sealift/core/release';
import { catalogRepository } from '@sealift/oci/reference';
import type { Db } from '../store/store.ts';
import { type PinnedContent, pinnedContent } from './pinned-content.ts';
import { packBase } from './content-paths.ts';
import type { RegistryAccess } from './registry-access.ts';

/** The missing content in a sentence: the first few by name, the rest by number. */
export function describeMissing(missing: readonly string[]): string {
  const named = missing.slice(0, 3).join(', ');
  return missing.length > 3 ? `${named} and ${missing.length - 3} more are missing` : `${named} missing`;
}

/** What the text that was read last pins: it is the same at every look until another release is installed. */
let lastText: { readonly text: string; readonly pins: readonly PinnedContent[] } | undefined;

function pinsOf(text: string, version: string): readonly PinnedContent[] {
  if (lastText?.text !== text) {
    lastText = { text, pins: pinnedContent(packBase, parseRelease(text, `release ${version}`)) };
  }
  return lastText.pins;
}

/**
 * Looks whether the registries still hold everything that the installed release pins: a node that starts anew pulls its images from there,
 * and nothing can be put back without its packs. Goes by the catalogue, also when the key of that release is trusted no longer.
 *
 * @returns RELEASE_INCOMPLETE with the remedy; undefined when everything is there, or nothing is installed
 */
export async function lostContent(db: Db, content: RegistryAccess['content']): Promise<SealiftError | undefined> {
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
  const marker: PinnedContent = {
    what: `the release marker of ${version}`,
    repository: catalogRepository(packBase),
    digest: row.digest,
  };
  const pins = pinsOf(row.release, version);
  const [lostMarker, lost] = await Promise.all([content.missing([marker]), content.missing(pins)]);
  const missing = [...lostMarker, ...lost];
  if (missing.length === 0) return undefined;
  return new SealiftError('RELEASE_INCOMPLETE', {
    values: { version, missing: describeMissing(missing) },
    hint: `It is installed. See first that the folder given with --data is the right one and nothing in it was lost; then run airgap-v${version}.bin again, which sends what is missing.`,
  });
}
