import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { BackupContents, BackupProof, BackupRecordOf } from '@sealift/core/backup';
import { type Db, openStore, type Trx } from '../store/store.ts';
import { inThrowAwayTables } from '../store/throw-away-tables.ts';
import type { BackupSource } from './read-backup.ts';
import { restoreRows, rowsIn } from './restore-database.ts';

type ClusterRecord = BackupRecordOf<'object' | 'definition'>;

/** Loads the objects of a backup somewhere and compares them. @returns how many there were @throws BACKUP_NOT_PROVEN, and what it is done with */
export type LoadObjects = (backup: {
  readonly reference: string;
  readonly records: readonly ClusterRecord[];
}) => Promise<number>;

/** Runs work in a place that is thrown away. */
export type ThrowAway = <Result>(work: (trx: Trx) => Promise<Result>) => Promise<Result>;

/** Tables of their own in a database: seconds less than a whole store, in the very database that a restore would be into. */
export function tablesIn(db: Db): ThrowAway {
  return (work) => inThrowAwayTables(db, work);
}

/** A store of its own, in a folder that exists meanwhile. */
export function storeBelow(folder: string): ThrowAway {
  return async (work) => {
    const dataDir = await mkdtemp(join(folder, 'sealift-trial-'));
    try {
      const store = await openStore({ dataDir });
      try {
        return await store.db.transaction().execute(work);
      } finally {
        await store.close();
      }
    } finally {
      await rm(dataDir, { recursive: true, force: true });
    }
  };
}

/**
 * Reads a backup to its end and restores it somewhere that is thrown away, which is compared, row by row, with what was backed up.
 *
 * @param load loads its objects into an API server too
 * @throws BACKUP_…, RECORD_FORMAT_OTHER, STORE_…, and what loading throws
 */
export async function proveBackup(
  source: BackupSource,
  somewhere: ThrowAway,
  load?: LoadObjects,
): Promise<{ readonly contents: BackupContents; readonly proof: BackupProof }> {
  const records: ClusterRecord[] = [];
  const contents = await somewhere((trx) =>
    restoreRows(trx, source, async (record) => {
      if (load !== undefined && (record.record === 'object' || record.record === 'definition')) records.push(record);
    }),
  );
  const { tables, objects } = contents.end;
  // The database is free again meanwhile.
  const loaded = load === undefined ? null : await load({ reference: source.reference, records });
  return { contents, proof: { rows: rowsIn(contents), tables: tables.length, objects, loaded } };
}
