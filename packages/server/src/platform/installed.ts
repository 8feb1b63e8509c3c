import { SealiftError } from '@sealift/core/errors';
import { type LayerName, layerNameSchema } from '@sealift/core/pack';
import { type ClusterProfile, profileFormat, type ProfileLayer } from '@sealift/core/profile';
import type { Db } from '../store/store.ts';
import type { ProfileLayerRow } from '../store/tables.ts';

/** The installed release's profile, with what a draft needs to notice that it is stale. */
export interface InstalledProfile extends ClusterProfile {
  readonly releaseDigest: string;
  readonly revision: number;
  /** A user, or `upgrade <id>`. */
  readonly recordedBy: string;
}

/** What the site runs; null until a release is adopted. */
export async function installedProfile(db: Db): Promise<InstalledProfile | null> {
  const profile = await db.selectFrom('profile').selectAll().executeTakeFirst();
  if (profile === undefined) return null;
  const { format } = profile;
  if (format !== profileFormat) {
    throw new SealiftError('RECORD_FORMAT_OTHER', {
      values: { what: 'the recorded profile', found: format, format: profileFormat },
      hint: 'Run the version of Sealift that recorded it, or a newer one.',
    });
  }
  const layers = await db.selectFrom('profile_layer').selectAll().orderBy('position').execute();
  return {
    format,
    product: profile.product,
    version: profile.version,
    releaseDigest: profile.release_digest,
    revision: profile.revision,
    recordedBy: profile.recorded_by,
    layers: layers.map(toLayer),
  };
}

function toLayer(row: ProfileLayerRow): ProfileLayer {
  const layer: LayerName = layerNameSchema.parse(row.layer);
  return {
    layer,
    pack: row.pack,
    version: row.version,
    digest: row.digest,
    baseValues: row.base_values,
    currentValues: row.current_values,
  };
}
