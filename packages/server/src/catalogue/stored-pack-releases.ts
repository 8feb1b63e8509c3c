import { readPackMarker } from '@sealift/bundle/pack-marker';
import type { PackRelease } from '@sealift/core/release';
import { digestOf, parseDigest } from '@sealift/oci/digest';
import type { Db } from '../store/store.ts';
import { markersInTexts } from './stored-release.ts';
import { trustedKeys } from './trusted-keys.ts';

/**
 * Every pack of the catalogue that was released by itself and whose signature holds against the keys trusted now. A row that someone changed,
 * or whose key is gone, is left out.
 */
export async function storedPackReleases(db: Db): Promise<readonly PackRelease[]> {
  const rows = await db
    .selectFrom('catalogue_pack_release')
    .select(['name', 'version', 'digest', 'manifest', 'release', 'signature'])
    .orderBy('name')
    .orderBy('version')
    .execute();
  const keys = await trustedKeys(db);
  const found = await Promise.all(
    rows.map(async ({ name, version, digest, ...texts }) => {
      const own = parseDigest(digestOf(texts.manifest));
      const verified = await readPackMarker(markersInTexts(texts), own, keys).catch(() => undefined);
      const pack = verified?.packRelease.pack;
      const isAsStored = own === digest && pack?.name === name && pack.version === version;
      return isAsStored ? verified?.packRelease : undefined;
    }),
  );
  return found.filter((one) => one !== undefined);
}
