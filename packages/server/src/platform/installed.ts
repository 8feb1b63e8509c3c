import { SealiftError } from '@sealift/core/errors';
import { type LayerName, layerNameSchema } from '@sealift/core/pack';
import { type ClusterProfile, profileFormat, type ProfileLayer } from '@sealift/core/profile';
import { sql } from 'kysely';
import type { Db } from '../store/store.ts';
import type { ProfileLayerRow } from '../store/tables/site.ts';

/** The installed release's profile, with what a draft needs to notice that it is stale. */
export interface InstalledProfile extends ClusterProfile {
  readonly releaseDigest: string;
  readonly revision: number;
  /** A user, or `upgrade <id>`. */
  readonly recordedBy: string;
}

/** The layers as they were read last, all texts of which are large, and the mark of their rows then. */
const lastRead = new WeakMap<Db, { readonly mark: string; readonly layers: readonly ProfileLayer[] }>();

/** What the site runs; null until a release is adopted. As long as no row of a layer was written, its layers are the same objects. */
export async function installedProfile(db: Db): Promise<InstalledProfile | null> {
  const profile = await db
    .selectFrom('profile')
    .selectAll()
    .select((expression) => expression.selectFrom('profile_layer').select(rowsMark).as('mark'))
    .executeTakeFirst();
  if (profile === undefined) return null;
  const { format } = profile;
  if (format !== profileFormat) {
    throw new SealiftError('RECORD_FORMAT_OTHER', {
      values: { what: 'the recorded profile', found: format, format: profileFormat },
      hint: 'Run the version of Sealift that recorded it, or a newer one.',
    });
  }
  return {
    format,
    product: profile.product,
    version: profile.version,
    releaseDigest: profile.release_digest,
    revision: profile.revision,
    recordedBy: profile.recorded_by,
    layers: [...(await layersOf(db, profile.mark ?? ''))],
  };
}

/**
 * Which transaction wrote each row, and where it lies (PostgreSQL, "System Columns"): whoever changes a row, by whatever way, changes this, and
 * it is had without reading a text.
 */
const rowsMark = sql<string>`string_agg(xmin::text || ctid::text, ' ' order by position)`.as('mark');

async function layersOf(db: Db, mark: string): Promise<readonly ProfileLayer[]> {
  const last = lastRead.get(db);
  if (last?.mark === mark) return last.layers;
  const rows = await db.selectFrom('profile_layer').selectAll().orderBy('position').execute();
  // Frozen: who reads them next gets the same.
  const layers = rows.map((row) => Object.freeze(toLayer(row)));
  lastRead.set(db, { mark, layers });
  return layers;
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
