import type { Cancel } from './cancel.ts';

/** A backup that was read back after it was written. */
export interface Backup {
  readonly reference: string;
  /** Hex. */
  readonly sha256: string;
  readonly sizeBytes: number;
}

/** Backup of configuration, database and cluster objects. */
export interface BackupPort {
  /** Makes the upgrade's backup, or finds the one already made; reads it back before returning. */
  make(upgradeId: string, cancel: Cancel): Promise<Backup>;
  find(upgradeId: string, cancel: Cancel): Promise<Backup | null>;
}
