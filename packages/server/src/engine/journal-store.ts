import { asSealiftError, SealiftError } from '@sealift/core/errors';
import { newsOfState } from '@sealift/core/notification';
import { programVersion } from '@sealift/core/program-version';
import {
  isFinal,
  type JournalEntry,
  type JournalLine,
  lifecycle,
  next,
  readFrozen,
  readLine,
  statesWhere,
  storedLine,
  type UpgradeEvent,
  type UpgradeState,
  upgradeFormat,
} from '@sealift/core/upgrade';
import type { JournalPort, NewEntry, StateDetails } from '@sealift/upgrade/ports/journal';
import { z } from 'zod';
import { recordNews } from '../outbox/record-news.ts';
import type { EventBus } from '../notify/event-bus.ts';
import { assertReadable, isReadable } from '../store/refuse-newer.ts';
import type { Db, Trx } from '../store/store.ts';
import type { JournalRow } from '../store/tables/upgrades.ts';
import { fenced } from './fenced.ts';
import { stateBefore, storedState } from './stored-state.ts';

/** The journal and the state of each upgrade. Every write is fenced by the lease's epoch. */
export function journalStore(db: Db, events: EventBus): JournalPort {
  /** The last run whose first line said in which form it and what follows are stored. */
  let stamped = '';
  return {
    read: (upgradeId) => readJournal(db, upgradeId),

    async append(entry) {
      const run = `${entry.epoch} ${entry.upgradeId}`;
      await fenced(db, entry.epoch, async (trx) => {
        if (run !== stamped) await stamp(trx, entry.upgradeId);
        await insert(trx, entry);
      });
      stamped = run;
      events.publish({ kind: 'upgrade', subject: entry.upgradeId });
    },

    async apply(upgradeId, event, epoch, details) {
      const state = await fenced(db, epoch, (trx) => applyEvent(trx, upgradeId, event, epoch, details));
      events.publish({ kind: 'upgrade', subject: upgradeId });
      if (!lifecycle[state].locksConsole) events.publish({ kind: 'lock', subject: upgradeId });
      return state;
    },

    async frozen(upgradeId) {
      const row = await db
        .selectFrom('upgrade')
        .select(['frozen', 'hash'])
        .where('id', '=', upgradeId)
        .executeTakeFirst();
      if (row === undefined) return null;
      if (row.frozen === null || row.hash === null) {
        const reason = 'nothing is stored, or no hash of it';
        throw new SealiftError('RECORD_DAMAGED', { values: { what: 'the approved plan', reason } });
      }
      return { upgrade: readFrozen(row.frozen), hash: row.hash };
    },

    async state(upgradeId) {
      const row = await db
        .selectFrom('upgrade')
        .select(['id', 'state', 'format'])
        .where('id', '=', upgradeId)
        .executeTakeFirst();
      if (row === undefined) return null;
      await assertReadable(db, row);
      return storedState(row.state);
    },

    async unfinished() {
      const rows = await db
        .selectFrom('upgrade')
        .select(['id', 'format'])
        .where(
          'state',
          'in',
          statesWhere(({ needsEngine }) => needsEngine),
        )
        .orderBy('confirmed_at')
        .execute();
      // What a newer console began beside this one is left to it.
      return rows.filter(isReadable).map(({ id }) => id);
    },
  };
}

/**
 * Lets an event happen to an upgrade, together with its journal line and what is told of it. The console's lock ends in the same transaction as the
 * upgrade, so that neither can outlive the other.
 *
 * @returns the state it leads to
 * @throws UPGRADE_NOT_FOUND, UPGRADE_FROM_NEWER, UPGRADE_STATE_ILLEGAL, RECORD_DAMAGED
 */
export async function applyEvent(
  trx: Trx,
  upgradeId: string,
  event: UpgradeEvent,
  epoch: number,
  details: StateDetails,
): Promise<UpgradeState> {
  const row = await trx
    .selectFrom('upgrade')
    .select(['id', 'state', 'format', 'product', 'from_version', 'to_version'])
    .where('id', '=', upgradeId)
    .forUpdate()
    .executeTakeFirst();
  if (row === undefined) throw new SealiftError('UPGRADE_NOT_FOUND', { values: { id: upgradeId } });
  await assertReadable(trx, row);
  const before = stateBefore(row.state, event);
  const state = next(before, event);
  await trx
    .updateTable('upgrade')
    .set({ state, format: upgradeFormat, ...(isFinal(state) ? { finished_at: new Date() } : {}) })
    .where('id', '=', upgradeId)
    .execute();
  if (!lifecycle[state].locksConsole) {
    await trx.updateTable('console_lock').set({ upgrade_id: null }).where('upgrade_id', '=', upgradeId).execute();
  }
  const line: JournalLine = { phase: 'state', data: { ...details, state } };
  await insert(trx, { upgradeId, stepId: '', epoch, ...line });
  const { by, reason } = details;
  const told = { id: upgradeId, product: row.product, from: row.from_version, to: row.to_version };
  const news = newsOfState(told, { before, after: state, by, reason });
  if (news !== null) await recordNews(trx, news);
  return state;
}

/** Every entry of an upgrade, oldest first. @throws RECORD_FORMAT_OTHER, RECORD_DAMAGED */
export async function readJournal(db: Db, upgradeId: string): Promise<JournalEntry[]> {
  return (await journalRows(db, upgradeId)).map(toEntry);
}

/**
 * What can be read of a journal, for people: damage in one line must not hide what the others tell.
 *
 * @returns the entries that can be read, oldest first, and why the first of the others cannot; null where all can
 */
export async function readableJournal(
  db: Db,
  upgradeId: string,
): Promise<{ readonly entries: readonly JournalEntry[]; readonly unreadable: SealiftError | null }> {
  const entries: JournalEntry[] = [];
  let unreadable: SealiftError | null = null;
  for (const row of await journalRows(db, upgradeId)) {
    try {
      entries.push(toEntry(row));
    } catch (error) {
      unreadable ??= asSealiftError(error);
    }
  }
  return { entries, unreadable };
}

function journalRows(db: Db, upgradeId: string): Promise<JournalRow[]> {
  return db.selectFrom('journal').selectAll().where('upgrade_id', '=', upgradeId).orderBy('id').execute();
}

function toEntry({ upgrade_id: upgradeId, step_id: stepId, epoch, at, data }: JournalRow): JournalEntry {
  const line = readLine(data);
  const time = z.date().safeParse(at).data;
  if (time === undefined) {
    throw new SealiftError('RECORD_DAMAGED', { values: { what: 'the journal', reason: 'a line bears no time' } });
  }
  return { ...line, upgradeId, stepId, epoch, at: time.toISOString() };
}

/** Says in which form an upgrade is stored from here on: a version that does not know it leaves the upgrade alone. */
async function stamp(trx: Trx, upgradeId: string): Promise<void> {
  await trx
    .updateTable('upgrade')
    .set({ format: upgradeFormat })
    .where('id', '=', upgradeId)
    .where((where) => where.or([where('format', 'is', null), where('format', '<', upgradeFormat)]))
    .execute();
}

async function insert(trx: Trx, entry: NewEntry): Promise<void> {
  const { upgradeId, stepId, phase, epoch } = entry;
  await trx
    .insertInto('journal')
    .values({ upgrade_id: upgradeId, step_id: stepId, phase, epoch, data: storedLine(entry), version: programVersion })
    .execute();
}
