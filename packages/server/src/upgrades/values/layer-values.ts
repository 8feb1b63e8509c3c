import type { LayerValues, LayerValuesCheck } from '@sealift/core/api';
import { isSealiftError, SealiftError } from '@sealift/core/errors';
import { layerId } from '@sealift/core/planner';
import type { ProfileLayer } from '@sealift/core/profile';
import { recordChanged } from '../../http/if-match.ts';
import { mergeThreads } from '../../merging/merge-threads.ts';
import { type InstalledProfile, installedProfile } from '../../platform/installed.ts';
import { endedEarly, mayRunOthers } from '../../platform/partly-upgraded.ts';
import type { Db } from '../../store/store.ts';
import type { DraftLayer } from '../store-draft.ts';
import type { UpgradeServices } from '../upgrade-services.ts';
import { heldAgainst, layerOf, packOf, unchangedLayers } from './edited-layer.ts';

type Services = Pick<UpgradeServices, 'store' | 'registry'>;

/** What is recorded as running. @throws NOT_ADOPTED */
export async function adoptedProfile(db: Db): Promise<InstalledProfile> {
  const profile = await installedProfile(db);
  if (profile === null) throw new SealiftError('NOT_ADOPTED');
  return profile;
}

/** A layer's values as they run, to be edited, with what its pack says of them. @throws NOT_ADOPTED, NOT_FOUND */
export async function layerValues({ store: { db }, registry }: Services, id: string): Promise<LayerValues> {
  const profile = await adoptedProfile(db);
  const layer = layerOf(profile, id);
  const names = await displayNames(db, [layer.digest]);
  const { schema, missing } = await schemaOf(registry, layer);
  return {
    id: layerId(layer),
    layer: layer.layer,
    pack: layer.pack,
    version: layer.version,
    displayName: names.get(layer.digest) ?? layer.pack,
    revision: profile.revision,
    values: layer.currentValues,
    defaults: layer.baseValues,
    jsonSchema: schema,
    schemaMissing: missing,
  };
}

/** Values can be looked at and edited without the schema; that it is missing is said. */
async function schemaOf({ client }: Services['registry'], layer: ProfileLayer) {
  try {
    return { schema: (await packOf(client, layer)).schemaJson ?? null, missing: null };
  } catch (error) {
    if (!isSealiftError(error)) throw error;
    return { schema: null, missing: `${error.message}. ${error.hint}` };
  }
}

/** Holds a text against the layer's pack; changes nothing. @throws NOT_ADOPTED, NOT_FOUND, what reading the pack throws */
export async function checkValues(services: Services, id: string, values: string): Promise<LayerValuesCheck> {
  const { db } = services.store;
  const profile = await adoptedProfile(db);
  const row = await editedRow(services, profile, id, values);
  const changes = values !== row.current || mayRunOthers(await endedEarly(db, profile), layerOf(profile, id));
  return { problems: await mergeThreads.run('editedProblems', row), changes };
}

/**
 * The row of a draft for edited values.
 *
 * @throws NOT_FOUND, MERGE_* (what runs cannot be read), what reading the pack throws
 */
export async function editedRow(
  { store: { db }, registry: { client } }: Services,
  profile: InstalledProfile,
  id: string,
  values: string,
): Promise<DraftLayer & { readonly pasted: string }> {
  const layer = layerOf(profile, id);
  const names = await displayNames(db, [layer.digest]);
  const row = unchangedLayers(profile, names).find((one) => one.layer_id === id);
  if (row === undefined) throw new SealiftError('NOT_FOUND', { values: { what: 'layer', name: id } });
  return { ...row, ...heldAgainst(await packOf(client, layer), layer), pasted: values };
}

/** What packs are called, by digest. */
export async function displayNames(db: Db, digests: readonly string[]): Promise<ReadonlyMap<string, string>> {
  if (digests.length === 0) return new Map();
  const rows = await db
    .selectFrom('catalogue_pack')
    .select(['digest', 'display_name'])
    .where('digest', 'in', digests)
    .execute();
  return new Map(rows.map(({ digest, display_name: name }) => [digest, name]));
}

/** @throws RECORD_CHANGED where the profile is another one than was seen */
export function assertSeen(profile: InstalledProfile, seen: number): void {
  if (profile.revision !== seen) throw recordChanged('the profile');
}
