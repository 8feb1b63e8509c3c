import type { BackupRecordOf } from '@sealift/core/backup';
import type { Cancel } from './cancel.ts';

/** A part of what is known of a cluster's objects. */
export type ObjectRecord = BackupRecordOf<'object' | 'definition' | 'template' | 'omitted'>;

/** What a restore of the platform needs of its cluster. */
export interface ObjectsPort {
  /** Objects, whole, with owners and status, each after its owners; the definitions of their kinds; the templates that they name; and what is left out, with why. */
  all(cancel: Cancel): Promise<readonly ObjectRecord[]>;
}
