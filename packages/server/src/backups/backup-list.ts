import { stat } from 'node:fs/promises';
import type { BackupList, BackupView } from '@sealift/core/api';
import { backupProofSchema, backupReasonSchema } from '@sealift/core/backup';
import { SealiftError } from '@sealift/core/errors';
import type { SecretKeyPlace } from '../site/secret-key.ts';
import { storedJson } from '../store/stored-json.ts';
import type { Db } from '../store/store.ts';
import type { BackupRow } from '../store/tables.ts';
import type { BackupKeeper } from './backup-keeper.ts';
import { dueAt, isMissed, readSchedule } from './schedule.ts';

/** What a list of backups is read from. */
export interface ListedBackups {
  readonly db: Db;
  readonly backups: BackupKeeper;
  readonly backupFolder: string;
  readonly secretKey: SecretKeyPlace;
}

/** Older ones than so many are in the folder, and not listed. */
const mostListed = 1000;

/** Every backup, newest first, with what is under way and what is due. */
export async function listBackups(parts: ListedBackups, now = new Date()): Promise<BackupList> {
  const { db, backups } = parts;
  const rows = await db.selectFrom('backup').selectAll().orderBy('created_at', 'desc').limit(mostListed).execute();
  const schedule = await readSchedule(db);
  const { running, lastFailure } = backups;
  return {
    folder: parts.backupFolder,
    keyPath: parts.secretKey.path,
    running: running === null ? null : { ...running, since: running.since.toISOString() },
    lastFailure: lastFailure === null ? null : { ...lastFailure, at: lastFailure.at.toISOString() },
    schedule: {
      everyHours: schedule.every_hours,
      keep: schedule.keep,
      begunAt: schedule.begun_at?.toISOString() ?? null,
      dueAt: dueAt(schedule, now)?.toISOString() ?? null,
      isMissed: isMissed(schedule, now),
    },
    backups: await Promise.all(rows.map((row) => viewOf(row, backups))),
  };
}

/** @throws NOT_FOUND */
export async function findBackup(db: Db, id: string): Promise<BackupRow> {
  const row = await db.selectFrom('backup').selectAll().where('id', '=', id).executeTakeFirst();
  if (row === undefined) throw new SealiftError('NOT_FOUND', { values: { what: 'backup', name: id } });
  return row;
}

async function viewOf(row: BackupRow, keeper: BackupKeeper): Promise<BackupView> {
  const { reason, proof } = row;
  const found = await stat(keeper.pathOf(row)).catch(() => undefined);
  return {
    id: row.id,
    reference: row.reference,
    createdAt: row.created_at.toISOString(),
    sizeBytes: row.size_bytes,
    sha256: row.sha256,
    reason: reason === null ? null : storedJson('why a backup was made', reason, backupReasonSchema),
    keyId: row.key_id,
    proof: proof === null ? null : storedJson('the proof of a backup', proof, backupProofSchema),
    isHere: found?.size === row.size_bytes,
  };
}
