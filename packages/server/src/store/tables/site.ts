import type { Generated, Selectable } from 'kysely';

/** What the site is: its profile, its settings, and who runs it. */
export interface SiteTables {
  readonly console_lock: ConsoleLockTable;
  readonly lease: LeaseTable;
  readonly profile: ProfileTable;
  readonly profile_layer: ProfileLayerTable;
  readonly site_settings: SiteSettingsTable;
  readonly store_version: StoreVersionTable;
}

interface ProfileTable {
  /** Always 1: there is one enterprise cluster. */
  id: number;
  product: string;
  version: string;
  release_digest: string;
  /** Grows with every change, so that a draft knows whether it is stale. */
  revision: number;
  recorded_by: string;
  /** Of this row and of the layers' rows. */
  format: Generated<number>;
}

interface ProfileLayerTable {
  position: number;
  layer: string;
  pack: string;
  version: string;
  digest: string;
  base_values: string;
  current_values: string;
}
export type ProfileLayerRow = Selectable<ProfileLayerTable>;

interface SiteSettingsTable {
  /** Always 1. */
  id: number;
  /** Grows with every change, also when they are forgotten: another console on this database sees by it that they are others. */
  revision: number;
  /** The settings without their secrets as canonical JSON; null where there are none. */
  document: string | null;
  /** The secrets, sealed with the key of that id, bound to the document. */
  secrets: string | null;
  key_id: string | null;
  changed_by: string | null;
  changed_at: Date | null;
}

/** One row. */
interface StoreVersionTable {
  id: Generated<number>;
  /** The newest version that was started on this database, and since when. */
  version: string;
  since: Date;
}

interface ConsoleLockTable {
  /** Always 1. Writers share-lock the row, the one who locks the console takes it alone. */
  id: number;
  upgrade_id: string | null;
}

interface LeaseTable {
  name: string;
  holder: string;
  epoch: number;
  expires_at: Date;
}
