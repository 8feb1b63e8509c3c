import { markersInRegistry } from '@sealift/bundle/marker-source';
import { readPackMarker } from '@sealift/bundle/pack-marker';
import { SealiftError } from '@sealift/core/errors';
import type { PackRelease } from '@sealift/core/release';
import { packTag } from '@sealift/oci/reference';
import type { Db } from '../store/store.ts';
import { describeMissing, missingContent } from './completeness.ts';
import { recording, type ReleaseSource, takePacks } from './take-release.ts';

/**
 * Takes a pack that was released by itself into the catalogue: signature first, then that the pack and its images are there, then
 * the pack. All or nothing, and the same again changes nothing.
 *
 * @returns the pack, and whether the catalogue did not have it
 * @throws RELEASE_MARKER_INVALID, SIGNATURE_*, RELEASE_INCOMPLETE, RELEASE_CHANGED, PACK_INVALID, …
 */
export async function takePack(
  db: Db,
  source: ReleaseSource,
  tag: string,
): Promise<{ packRelease: PackRelease; isNew: boolean }> {
  const { client, base, catalogRepository } = source;
  const found = await client.headManifest(catalogRepository, tag);
  if (found === undefined) throw new SealiftError('REGISTRY_NOT_FOUND', { values: { what: `tag ${tag}` } });
  const { markers, texts } = recording(markersInRegistry(client, catalogRepository));
  const { packRelease, digest, keyId } = await readPackMarker(markers, found.digest, source.trustedKeys);
  const { pack, images } = packRelease;
  const { name, version } = pack;
  if (packTag(name, version) !== tag) {
    const reason = `the tag ${tag} does not belong to the pack ${name} ${version}`;
    throw new SealiftError('RELEASE_MARKER_INVALID', { place: tag, values: { what: digest, reason } });
  }
  const known = await db
    .selectFrom('catalogue_pack_release')
    .select('digest')
    .where('name', '=', name)
    .where('version', '=', version)
    .executeTakeFirst();
  if (known !== undefined && known.digest !== digest) {
    throw new SealiftError('RELEASE_CHANGED', { values: { version: `${name} ${version}` } });
  }
  const missing = await missingContent(client, base, { spec: { packs: [pack], images } });
  if (missing.length > 0) {
    const values = { version: `${name} ${version}`, missing: describeMissing(missing) };
    throw new SealiftError('RELEASE_INCOMPLETE', { place: tag, values });
  }
  await takePacks(db, source, [pack]);
  const row = { name, version, digest, ...texts(), key_id: keyId, synced_at: new Date() };
  await db
    .insertInto('catalogue_pack_release')
    .values(row)
    .onConflict((conflict) => conflict.columns(['name', 'version']).doUpdateSet(row))
    .execute();
  return { packRelease, isNew: known === undefined };
}
