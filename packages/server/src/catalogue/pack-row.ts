import type { Insertable } from 'kysely';
import type { Tables } from '../store/tables.ts';
import type { FetchedPack, PinnedPack } from './pack-content.ts';

/** A pack as the catalogue keeps it. */
export type PackRow = Insertable<Tables['catalogue_pack']>;

/** What the catalogue keeps of a pack that was read. */
export function packRow({ digest, name, version }: PinnedPack, { content, archiveDigest }: FetchedPack): PackRow {
  const { pack, valuesYaml, schemaJson, schemaYaml, presetsYaml } = content;
  return {
    digest,
    name,
    version,
    layer: pack.layer,
    display_name: pack.displayName,
    archive_digest: archiveDigest,
    pack_json: JSON.stringify(pack),
    values_yaml: valuesYaml,
    schema: schemaJson ?? schemaYaml ?? null,
    presets: presetsYaml ?? null,
  };
}
