import type { BackupReason } from '@sealift/core/backup';
import { newestMigration } from '../store/migrate.ts';
import type { Db } from '../store/store.ts';
import { backedUpTables, leftOutTables } from './backed-up-tables.ts';
import type { BackedUpPlatform } from './platform-records.ts';
import { RowDigest, rowsOf } from './rows.ts';
import type { CollectedRecords } from './write-backup.ts';

/**
 * Everything that a backup holds, read while it is written. The rows are those of one moment; the platform is looked at afterwards.
 *
 * @throws what the store and the cluster fail with: a part that cannot be read makes no backup
 */
export async function* collectBackup(
  db: Db,
  platform: BackedUpPlatform,
  reason: BackupReason,
  cancel: AbortSignal,
): CollectedRecords {
  const profile = await db.selectFrom('profile').select(['product', 'version']).executeTakeFirst();
  yield { record: 'begin', reason, tables: newestMigration, installed: profile ?? null };
  yield* collectRows(db);
  for (const [table, why] of Object.entries(leftOutTables)) yield { record: 'omitted', what: `table ${table}`, why };
  yield* platform.records(cancel);
}

async function* collectRows(db: Db): CollectedRecords {
  const trx = await db.startTransaction().setIsolationLevel('repeatable read').setAccessMode('read only').execute();
  try {
    for (const table of backedUpTables) {
      const digest = new RowDigest(table);
      for await (const row of rowsOf(trx, table)) {
        digest.add(row);
        yield { record: 'row', table, row };
      }
      yield { record: 'table-end', table: digest.end() };
    }
  } finally {
    // Nothing was written, and an ended connection has nothing to end.
    await trx
      .rollback()
      .execute()
      .catch(() => undefined);
  }
}
