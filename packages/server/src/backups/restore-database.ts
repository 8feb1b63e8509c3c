import type { BackupContents } from '@sealift/core/backup';
import { SealiftError } from '@sealift/core/errors';
import { isFinal, lifecycle, statesWhere, type UpgradeEvent } from '@sealift/core/upgrade';
import { type Actor, systemActor } from '../audit/actor.ts';
import { recordAudit } from '../audit/audit-log.ts';
import { applyEvent } from '../engine/journal-store.ts';
import { storedState } from '../engine/stored-state.ts';
import { newestMigration } from '../store/migrate.ts';
import type { Db, Trx } from '../store/store.ts';
import { type BackupSource, type OnRecord, readBackup } from './read-backup.ts';
import { RowRestore } from './restore-rows.ts';
import { digestOf } from './rows.ts';

/** What a restore of the database did, or would do. */
export interface RestoredDatabase {
  readonly contents: BackupContents;
  readonly rows: number;
  /** Upgrades that were under way when the backup was made, and are ended now. */
  readonly ended: readonly string[];
}

/** Thrown to undo all of a trial. */
class Trial extends Error {
  readonly found: RestoredDatabase;

  constructor(found: RestoredDatabase) {
    super('a trial is undone');
    this.found = found;
  }
}

/**
 * Puts the console of a backup into a store, in one transaction: who cuts it off finds the store as it was, and may begin anew. An upgrade that was
 * under way is ended as aborted, for a console that starts would go on with it otherwise.
 *
 * @param dryRun does all of it and takes it back
 * @throws CONSOLE_NOT_EMPTY unless it may be replaced, BACKUP_…, RECORD_FORMAT_OTHER
 */
export async function restoreDatabase(
  db: Db,
  source: BackupSource,
  { replace, dryRun }: { readonly replace: boolean; readonly dryRun: boolean },
  onOther: OnRecord = () => Promise.resolve(),
): Promise<RestoredDatabase> {
  try {
    return await db.transaction().execute(async (trx) => {
      if (!replace) await refuseUsed(trx);
      const contents = await restoreRows(trx, source, onOther);
      const ended = await endUpgrades(trx);
      const details = { backup: contents.header.id, createdAt: contents.header.createdAt, ended };
      await recordAudit(trx, systemActor, { action: 'backup.restore', subject: source.reference, details });
      const found = { contents, rows: rowsIn(contents), ended };
      if (dryRun) throw new Trial(found);
      return found;
    });
  } catch (error) {
    if (error instanceof Trial) return error.found;
    throw error;
  }
}

/** Only the rows, exactly as they were backed up, and compared with what the backup tells of them. */
export async function restoreRows(trx: Trx, source: BackupSource, onOther: OnRecord): Promise<BackupContents> {
  const rows = await RowRestore.begin(trx);
  const { reference } = source;
  const contents = await readBackup(source, async (record) => {
    if (record.record !== 'row') return await onOther(record);
    if (!(await rows.add(record))) {
      throw new SealiftError('BACKUP_DAMAGED', { values: { reference, reason: `there is no table ${record.table}` } });
    }
  });
  const { tables: found } = contents.begin;
  if (found !== newestMigration) {
    throw new SealiftError('BACKUP_TABLES_OTHER', { values: { reference, found, expected: newestMigration } });
  }
  await rows.end();
  await compareRows(trx, contents, reference);
  return contents;
}

async function compareRows(trx: Trx, { end }: BackupContents, reference: string): Promise<void> {
  for (const table of end.tables) {
    const restored = await digestOf(trx, table.name);
    if (restored.sha256 === table.sha256 && restored.rows === table.rows) continue;
    const reason = `${table.name} has ${restored.rows} rows, and ${table.rows} were backed up or not the same ones`;
    throw new SealiftError('BACKUP_NOT_PROVEN', { values: { reference, reason } });
  }
}

export function rowsIn({ end }: BackupContents): number {
  return end.tables.reduce((sum, { rows }) => sum + rows, 0);
}

/** What only a console in use has. */
const used = ['account', 'profile', 'upgrade', 'trusted_key'] as const;

async function refuseUsed(trx: Trx): Promise<void> {
  const found: string[] = [];
  for (const table of used) {
    const { count } = await trx
      .selectFrom(table)
      .select(({ fn }) => fn.countAll<number | string>().as('count'))
      .executeTakeFirstOrThrow();
    if (Number(count) > 0) found.push(`${table.replace('_', ' ')}: ${count}`);
  }
  if (found.length > 0) throw new SealiftError('CONSOLE_NOT_EMPTY', { values: { found: found.join(', ') } });
}

/** Leads to an end from every state, the first that may happen. */
const endings: readonly UpgradeEvent[] = ['abort', 'end', 'need-person'];

async function endUpgrades(trx: Trx, by: Actor = systemActor): Promise<string[]> {
  const underWay = statesWhere((facts) => facts.locksConsole || facts.needsEngine);
  const rows = await trx.selectFrom('upgrade').select(['id', 'state']).where('state', 'in', underWay).execute();
  const reason = 'the console was restored from a backup that was made while it ran';
  for (const { id, state } of rows) {
    for (let now = storedState(state); !isFinal(now); ) {
      const event = endings.find((one) => lifecycle[now].on[one] !== undefined);
      if (event === undefined) throw new Error(`no way leads out of ${now}`);
      now = await applyEvent(trx, id, event, 0, { by: by.name, reason });
    }
  }
  await trx.updateTable('console_lock').set({ upgrade_id: null }).execute();
  return rows.map(({ id }) => id);
}
