import type { BackupList, BackupView } from '@sealift/core/api';
import { backupProofSchema, backupReasonSchema } from '@sealift/core/backup';
import { asSealiftError, SealiftError } from '@sealift/core/errors';
import { type Cursor, nextAfter } from '../http/cursor.ts';
import type { SecretKeyPlace } from '../site/secret-key.ts';
import { storedJson } from '../store/stored-json.ts';
import type { Db } from '../store/store.ts';
import type { BackupRow } from '../store/tables/backups.ts';
import type { BackupKeeper } from './backup-keeper.ts';
import type { BackupPlaces } from './places/places.ts';
import { dueAt, isMissed, readSchedule } from './schedule.ts';

/** What a list of backups is read from. */
export interface ListedBackups {
  readonly db: Db;
  readonly backups: BackupKeeper;
  readonly secretKey: SecretKeyPlace;
}

const pageLength = 1000;

/** A page of backups, newest first, with what is under way and what is due. */
export async function listBackups(
  parts: ListedBackups,
  { after, now = new Date() }: { readonly after?: Cursor<Date> | undefined; readonly now?: Date } = {},
): Promise<BackupList> {
  const { db, backups } = parts;
  let query = db.selectFrom('backup').selectAll();
  if (after !== undefined) {
    query = query.where((row) => row.eb(row.refTuple('created_at', 'id'), '<', row.tuple(after.place, after.id)));
  }
  const found = await query
    .orderBy('created_at', 'desc')
    .orderBy('id', 'desc')
    .limit(pageLength + 1)
    .execute();
  const rows = found.slice(0, pageLength);
  const schedule = await readSchedule(db);
  const { running, lastFailure, places } = backups;
  const files = await filesOf(rows, places);
  return {
    folder: places.folder,
    store: await places.view(),
    storeProblem: files.problem,
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
    backups: rows.map((row) => viewOf(row, places.folder, files.isHere(row))),
    next: nextAfter(found, pageLength, ({ created_at: place, id }) => ({ place, id })),
  };
}

/** @throws NOT_FOUND */
export async function findBackup(db: Db, id: string): Promise<BackupRow> {
  const row = await db.selectFrom('backup').selectAll().where('id', '=', id).executeTakeFirst();
  if (row === undefined) throw new SealiftError('NOT_FOUND', { values: { what: 'backup', name: id } });
  return row;
}

interface FoundFiles {
  isHere(row: BackupRow): boolean | null;
  /** Why the store could not tell. */
  readonly problem: string | null;
}

/** Looks for the files of backups, once in each place. */
async function filesOf(rows: readonly BackupRow[], places: BackupPlaces): Promise<FoundFiles> {
  const sizes = new Map<string | null, ReadonlyMap<string, number>>();
  let problem: string | null = null;
  for (const one of new Set(rows.map(({ place }) => place))) {
    const there = rows.filter(({ place }) => place === one);
    try {
      const [{ reference } = { reference: '' }] = there;
      const place = await places.of({ place: one, reference });
      sizes.set(one, await place.sizesOf(there.map((row) => row.reference)));
    } catch (error) {
      const { code, message, hint } = asSealiftError(error);
      // That of another store is told with each backup.
      if (code !== 'BACKUP_ELSEWHERE') problem = `${message}. ${hint}`;
    }
  }
  return {
    problem,
    isHere({ place, reference, size_bytes: sizeBytes }) {
      const found = sizes.get(place);
      return found === undefined ? null : found.get(reference) === sizeBytes;
    },
  };
}

function viewOf(row: BackupRow, folder: string, isHere: boolean | null): BackupView {
  const { reason, proof } = row;
  return {
    id: row.id,
    reference: row.reference,
    place: row.place ?? folder,
    createdAt: row.created_at.toISOString(),
    sizeBytes: row.size_bytes,
    sha256: row.sha256,
    reason: reason === null ? null : storedJson('why a backup was made', reason, backupReasonSchema),
    keyId: row.key_id,
    proof: proof === null ? null : storedJson('the proof of a backup', proof, backupProofSchema),
    isHere,
  };
}
