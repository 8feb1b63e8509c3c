import type { Selectable } from 'kysely';

/** Backups, where they are kept, and when they are made. */
export interface BackupsTables {
  readonly backup: BackupTable;
  readonly backup_schedule: BackupScheduleTable;
  readonly backup_store: BackupStoreTable;
}

interface BackupTable {
  id: string;
  /** The upgrade that it was made for; null for any other one. */
  upgrade_id: string | null;
  /** The name of its file. */
  reference: string;
  sha256: string;
  size_bytes: number;
  created_at: Date;
  /** Of the file. */
  format: number;
  /** `BackupReason` as JSON; null for those of the first format. */
  reason: string | null;
  /** Of the key that it is sealed with. */
  key_id: string | null;
  /** `BackupProof` as JSON; null where it was never restored anywhere. */
  proof: string | null;
  /** The bucket that it lies in, at its store; null for the folder of the console that made it. */
  place: string | null;
}
export type BackupRow = Selectable<BackupTable>;

interface BackupStoreTable {
  /** Always 1. */
  id: number;
  /** Grows with every change. */
  revision: number;
  /** The bucket without its secret key as canonical JSON; null for the folder of the console. */
  document: string | null;
  /** The secret key, sealed with the key of that id, bound to the document. */
  secret: string | null;
  key_id: string | null;
  changed_by: string | null;
  changed_at: Date | null;
}

interface BackupScheduleTable {
  /** Always 1. */
  id: number;
  /** Null where none is made by itself. */
  every_hours: number | null;
  /** How many of those that were made by themselves are kept. */
  keep: number;
  /** When the last one that is made by itself was begun. */
  begun_at: Date | null;
  changed_by: string | null;
  changed_at: Date | null;
}
