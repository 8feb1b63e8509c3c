import { SealiftError } from '@sealift/core/errors';
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
  upgradeStateSchema,
} from '@sealift/core/upgrade';
import type { JournalPort, NewEntry, StateDetails } from '@sealift/upgrade/ports/journal';
import type { EventBus } from '../notify/event-bus.ts';
import type { Db, Trx } from '../store/store.ts';
import { fenced } from './fenced.ts';

/** The journal and the state of each upgrade. Every write is fenced by the lease's epoch. */
export function journalStore(db: Db, events: EventBus): JournalPort {
  return {
    read: (upgradeId) => readJournal(db, upgradeId),

    async append(entry) {
      await fenced(db, entry.epoch, (trx) => insert(trx, entry));
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
      if (row === undefined || row.frozen === null || row.hash === null) return null;
      return { upgrade: readFrozen(row.frozen), hash: row.hash };
    },

    async state(upgradeId) {
      const row = await db.selectFrom('upgrade').select('state').where('id', '=', upgradeId).executeTakeFirst();
      return row === undefined ? null : upgradeStateSchema.parse(row.state);
    },

    async unfinished() {
      const rows = await db
        .selectFrom('upgrade')
        .select('id')
        .where(
          'state',
          'in',
          statesWhere(({ needsEngine }) => needsEngine),
        )
        .orderBy('confirmed_at')
        .execute();
      return rows.map(({ id }) => id);
    },
  };
}

/**
 * Lets an event happen to an upgrade, together with its journal line. The console's lock ends in the same transaction as the
 * upgrade, so that neither can outlive the other.
 *
 * @returns the state it leads to
 * @throws UPGRADE_NOT_FOUND, UPGRADE_STATE_ILLEGAL
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
    .select('state')
    .where('id', '=', upgradeId)
    .forUpdate()
    .executeTakeFirst();
  if (row === undefined) throw new SealiftError('UPGRADE_NOT_FOUND', { values: { id: upgradeId } });
  const state = next(upgradeStateSchema.parse(row.state), event);
  await trx
    .updateTable('upgrade')
    .set({ state, ...(isFinal(state) ? { finished_at: new Date() } : {}) })
    .where('id', '=', upgradeId)
    .execute();
  if (!lifecycle[state].locksConsole) {
    await trx.updateTable('console_lock').set({ upgrade_id: null }).where('upgrade_id', '=', upgradeId).execute();
  }
  const line: JournalLine = { phase: 'state', data: { ...details, state } };
  await insert(trx, { upgradeId, stepId: '', epoch, ...line });
  return state;
}

/** Every entry of an upgrade, oldest first. @throws RECORD_FORMAT_OTHER, RECORD_DAMAGED */
export async function readJournal(db: Db, upgradeId: string): Promise<JournalEntry[]> {
  const rows = await db.selectFrom('journal').selectAll().where('upgrade_id', '=', upgradeId).orderBy('id').execute();
  return rows.map(({ upgrade_id, step_id, epoch, at, data }) => ({
    ...readLine(data),
    upgradeId: upgrade_id,
    stepId: step_id,
    epoch,
    at: at.toISOString(),
  }));
}

async function insert(trx: Trx, entry: NewEntry): Promise<void> {
  const { upgradeId, stepId, phase, epoch } = entry;
  await trx
    .insertInto('journal')
    .values({ upgrade_id: upgradeId, step_id: stepId, phase, epoch, data: storedLine(entry) })
    .execute();
}
