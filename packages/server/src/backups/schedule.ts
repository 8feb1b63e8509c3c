import type { BackupSchedule } from '@sealift/core/api';
import { isSealiftError } from '@sealift/core/errors';
import type { Selectable } from 'kysely';
import { type Actor, systemActor } from '../audit/actor.ts';
import { recordAudit } from '../audit/audit-log.ts';
import type { JobQueue } from '../jobs/job-queue.ts';
import { change, lockedBy } from '../store/change.ts';
import type { Db } from '../store/store.ts';
import type { Tables } from '../store/tables.ts';
import type { BackupKeeper } from './backup-keeper.ts';
import { removeSuperseded } from './retention.ts';

/** When it is looked whether one is due. */
const lookAt = '*/10 * * * *';
const hourMs = 3_600_000;
type Row = Selectable<Tables['backup_schedule']>;

export function readSchedule(db: Db): Promise<Row> {
  return db.selectFrom('backup_schedule').selectAll().executeTakeFirstOrThrow();
}

/** When the next backup is to be made by itself; null where none is. */
export function dueAt({ every_hours: hours, begun_at: begun }: Row, now: Date): Date | null {
  if (hours === null) return null;
  return begun === null ? now : new Date(begun.getTime() + hours * hourMs);
}

/** Whether one has been due for longer than it takes to look: no console ran, or an upgrade held it up. */
export function isMissed(schedule: Row, now: Date): boolean {
  const due = dueAt(schedule, now);
  return due !== null && now.getTime() - due.getTime() > hourMs;
}

/** Changes when backups are made by themselves. @throws CONSOLE_LOCKED */
export async function changeSchedule(db: Db, actor: Actor, { everyHours, keep }: BackupSchedule): Promise<void> {
  await change(db, async (trx) => {
    const before = await trx.selectFrom('backup_schedule').select(['every_hours', 'keep']).executeTakeFirstOrThrow();
    const changed = { changed_by: actor.name, changed_at: new Date() };
    await trx
      .updateTable('backup_schedule')
      .set({ every_hours: everyHours, keep, ...changed })
      .execute();
    const details = { before: { everyHours: before.every_hours, keep: before.keep }, after: { everyHours, keep } };
    await recordAudit(trx, actor, { action: 'backup.schedule', subject: 'backups', details });
  });
}

/** Makes backups by itself when they are due: of all consoles of a database, one. */
export class ScheduledBackups {
  readonly #db: Db;
  readonly #keeper: BackupKeeper;
  readonly #stop = new AbortController();

  constructor(db: Db, keeper: BackupKeeper) {
    this.#db = db;
    this.#keeper = keeper;
  }

  /** Looks from now on, as jobs of a queue. @param onFailure told of what failed; the list of backups tells it too */
  async begin(queue: JobQueue, onFailure: (error: unknown) => void): Promise<void> {
    await queue.repeat(lookAt);
    await queue.work(() => this.doWhatIsDue(new Date()).catch(onFailure));
  }

  /** Makes the backup that is due, if one is, and removes those that it takes the place of. @throws as `BackupKeeper.make` */
  async doWhatIsDue(now: Date): Promise<void> {
    if (this.#stop.signal.aborted || this.#keeper.running !== null || (await lockedBy(this.#db)) !== null) return;
    if (!(await this.#claim(now))) return;
    try {
      await this.#keeper.make({ why: 'schedule' }, systemActor, this.#stop.signal);
    } catch (error) {
      if (isSealiftError(error, 'CANCELLED')) return;
      throw error;
    }
    const { keep } = await readSchedule(this.#db);
    await removeSuperseded(this.#db, this.#keeper, keep);
  }

  close(): void {
    this.#stop.abort();
  }

  /** @returns false where none is due, or another console has begun it */
  async #claim(now: Date): Promise<boolean> {
    return await this.#db.transaction().execute(async (trx) => {
      const row = await trx.selectFrom('backup_schedule').selectAll().forUpdate().executeTakeFirstOrThrow();
      const due = dueAt(row, now);
      if (due === null || due > now) return false;
      await trx.updateTable('backup_schedule').set({ begun_at: now }).execute();
      return true;
    });
  }
}
