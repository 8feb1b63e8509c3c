import type { Generated, Selectable } from 'kysely';

/** What releases and packs there are, where they are from, and who signed them. */
export interface CatalogueTables {
  readonly catalogue_pack: CataloguePackTable;
  readonly catalogue_pack_release: CataloguePackReleaseTable;
  readonly catalogue_release: CatalogueReleaseTable;
  readonly pack_registry: PackRegistryTable;
  readonly registry_content: RegistryContentTable;
  readonly registry_mirror: RegistryMirrorTable;
  readonly trusted_key: TrustedKeyTable;
}

interface TrustedKeyTable {
  key_id: string;
  fingerprint: string;
  public_key: string;
  added_at: Date;
  revoked_at: Date | null;
}

interface PackRegistryTable {
  name: string;
  base: string;
  embedded: boolean;
  /** `SyncState` as JSON. */
  sync: string;
  /** Grows with every change of the settings. */
  revision: Generated<number>;
  /** Canonical JSON of how it is reached; null for the console's own. */
  document: string | null;
  /** The password, readable only with exactly that document. */
  secret: string | null;
  key_id: string | null;
  changed_by: string | null;
  changed_at: Date | null;
}

/** What a registry was found to hold at its last sync. */
interface RegistryContentTable {
  registry: string;
  /** `release` or `pack`. */
  kind: string;
  /** The release's product, or the pack's name. */
  name: string;
  version: string;
  /** Of the marker's manifest. */
  digest: string;
}

/** The mirror between two registries that is under way, or the last one: one row. */
interface RegistryMirrorTable {
  id: number;
  /** Of the process that does it, or did; null before the first. */
  run: string | null;
  /** When that process last said that it is at it. */
  seen_at: Date | null;
  /** Who wants it to end. */
  cancelled_by: string | null;
  /** `MirrorState` as JSON with a format. */
  report: string | null;
}

interface CatalogueReleaseTable {
  product: string;
  version: string;
  /** Digest of the release marker's manifest. */
  digest: string;
  /** The marker's manifest, `release.json` exactly as signed, and its signature: verified again at every use. */
  manifest: string;
  release: string;
  signature: string;
  key_id: string;
  synced_at: Date;
}
export type CatalogueReleaseRow = Selectable<CatalogueReleaseTable>;

interface CataloguePackReleaseTable {
  name: string;
  version: string;
  /** Of the marker's manifest. */
  digest: string;
  /** The marker's manifest, `pack-release.json` exactly as signed, and its signature. */
  manifest: string;
  release: string;
  signature: string;
  key_id: string;
  synced_at: Date;
}

interface CataloguePackTable {
  /** Digest of the pack's manifest, as the release pins it. */
  digest: string;
  name: string;
  version: string;
  layer: string;
  display_name: string;
  /** Digest of the archive layer; the rows below came out of it. */
  archive_digest: string;
  pack_json: string;
  values_yaml: string;
  schema: string | null;
  presets: string | null;
}
