import { SealiftError } from '@sealift/core/errors';
import { enabledPresets } from '@sealift/core/merge';
import { layerId } from '@sealift/core/planner';
import type { ProfileLayer } from '@sealift/core/profile';
import type { PackContent } from '@sealift/oci/pack-artifact';
import type { ContentReader } from '@sealift/oci/registry-client';
import { packBase } from '../../catalogue/content-paths.ts';
import { fetchPack } from '../../catalogue/pack-content.ts';
import type { InstalledProfile } from '../../platform/installed.ts';
import type { DraftLayer } from '../store-draft.ts';

/** A layer of the profile by its name in URLs. @throws NOT_FOUND */
export function layerOf(profile: InstalledProfile, id: string): ProfileLayer {
  const layer = profile.layers.find((one) => layerId(one) === id);
  if (layer === undefined) throw new SealiftError('NOT_FOUND', { values: { what: 'layer', name: id } });
  return layer;
}

/** The pack of a layer that runs. @throws CONTENT_*, REGISTRY_*, PACK_* */
export async function packOf(
  client: ContentReader,
  { pack: name, version, digest }: ProfileLayer,
): Promise<PackContent> {
  return (await fetchPack(client, packBase, { name, version, digest })).content;
}

/** The layers of a draft that goes to the release that runs: each stays as it is. */
export function unchangedLayers(profile: InstalledProfile, names: ReadonlyMap<string, string>): DraftLayer[] {
  return profile.layers.map((one, position) => ({
    hop: 0,
    position,
    layer_id: layerId(one),
    layer: one.layer,
    pack: one.pack,
    display_name: names.get(one.digest) ?? one.pack,
    from_version: one.version,
    to_version: one.version,
    to_digest: one.digest,
    base: one.baseValues,
    current: one.currentValues,
    incoming: one.baseValues,
    migrations: '[]',
    resolutions: '[]',
    pasted: null,
    base_presets: null,
    incoming_presets: null,
    schema_notation: null,
    json_schema: null,
  }));
}

/** What an edited text is held against: the pack's own schemas, and its presets where the site has one switched on. */
export function heldAgainst(
  content: PackContent,
  { currentValues }: ProfileLayer,
): Pick<DraftLayer, 'base_presets' | 'incoming_presets' | 'schema_notation' | 'json_schema'> {
  const presets = enabledPresets(currentValues).length === 0 ? null : (content.presetsYaml ?? null);
  return {
    base_presets: presets,
    incoming_presets: presets,
    schema_notation: content.schemaYaml ?? null,
    json_schema: content.schemaJson ?? null,
  };
}
