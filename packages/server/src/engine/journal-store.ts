import { type UpgradeState, upgradeStateSchema } from '@sealift/core/api';
import { canonicalJson } from '@sealift/core/canonical-json';
import { SealiftError } from '@sealift/core/errors';
import { frozenUpgradeSchema } from '@sealift/core/plan';
import type { JournalEntry, JournalPort } from '@sealift/upgrade/ports';
import { assertLegalTransition, isFinal, locksConsole, needsEngine } from '@sealift/upgrade/states';
import type { EventBus } from '../notify/event-bus.ts';
import type { Db, Trx } from '../store/store.ts';
import { fenced } from './fenced.ts';

/** The journal and the state of each upgrade. Every write is fenced by the lease's epoch. */
export function journalStore(db: Db, events: EventBus): JournalPort {
  return {
    read: (upgradeId) => readJournal(db, upgradeId),

    async append({ upgradeId, stepId, phase, epoch, data }) {
      await fenced(db, epoch, (trx) => insert(trx, { upgradeId, stepId, phase, epoch, data }));
      events.publish({ kind: 'upgrade', subject: upgradeId });
    },

    async setState(upgradeId, state, epoch, data) {
      await fenced(db, epoch, (trx) => writeState(trx, upgradeId, state, epoch, data));
      events.publish({ kind: 'upgrade', subject: upgradeId });
      if (!locksConsole(state)) events.publish({ kind: 'lock', subject: upgradeId });
    },

    async frozen(upgradeId) {
      const row = await db
        .selectFrom('upgrade')
        .select(['frozen', 'hash', 'state'])
        .where('id', '=', upgradeId)
        .executeTakeFirst();
      if (row === undefined || row.frozen === null || row.hash === null) return null;
      const upgrade = frozenUpgradeSchema.parse(JSON.parse(row.frozen));
      return { upgrade, hash: row.hash, state: upgradeStateSchema.parse(row.state) };
    },

    async state(upgradeId) {
      const row = await db.selectFrom('upgrade').select('state').where('id', '=', upgradeId).executeTakeFirst();
      return row === undefined ? null : upgradeStateSchema.parse(row.state);
    },

    async unfinished() {
      const rows = await db.selectFrom('upgrade').select(['id', 'state']).orderBy('confirmed_at').execute();
      // A confirmed one that no engine has begun is unfinished too: the process may have died between the two.
      const open = (state: UpgradeState): boolean => state === 'ready' || needsEngine(state);
      return rows.filter((row) => open(upgradeStateSchema.parse(row.state))).map((row) => row.id);
    },
  };
}

/** Changes an upgrade's state together with its journal line. @throws UPGRADE_NOT_FOUND, UPGRADE_STATE_ILLEGAL */
export async function writeState(
  trx: Trx,
  upgradeId: string,
  state: UpgradeState,
  epoch: number,
  data: JournalEntry['data'],
): Promise<void> {
  await changeState(trx, upgradeId, state);
  await insert(trx, { upgradeId, stepId: '', phase: 'state', epoch, data: { ...data, state } });
}

/** Every entry of an upgrade, oldest first. */
export async function readJournal(db: Db, upgradeId: string): Promise<JournalEntry[]> {
  const rows = await db.selectFrom('journal').selectAll().where('upgrade_id', '=', upgradeId).orderBy('id').execute();
  return rows.map((row) => ({
    upgradeId: row.upgrade_id,
    stepId: row.step_id,
    phase: row.phase as JournalEntry['phase'],
    epoch: row.epoch,
    at: row.at.toISOString(),
    data: JSON.parse(row.data) as Record<string, unknown>,
  }));
}

async function insert(trx: Trx, entry: Omit<JournalEntry, 'at'>): Promise<void> {
  await trx
    .insertInto('journal')
    .values({
      upgrade_id: entry.upgradeId,
      step_id: entry.stepId,
      phase: entry.phase,
      epoch: entry.epoch,
      data: canonicalJson(entry.data),
    })
    .execute();
}

/** The console's lock ends in the same transaction as the upgrade, so that neither can outlive the other. */
async function changeState(trx: Trx, upgradeId: string, state: UpgradeState): Promise<void> {
  const row = await trx
    .selectFrom('upgrade')
    .select('state')
    .where('id', '=', upgradeId)
    .forUpdate()
    .executeTakeFirst();
  if (row === undefined) throw new SealiftError('UPGRADE_NOT_FOUND', { values: { id: upgradeId } });
  const before = upgradeStateSchema.parse(row.state);
  if (before !== state) assertLegalTransition(before, state);
  await trx
    .updateTable('upgrade')
    .set({ state, ...(isFinal(state) || state === 'failed' ? { finished_at: new Date() } : {}) })
    .where('id', '=', upgradeId)
    .execute();
  if (!locksConsole(state)) {
    await trx.updateTable('console_lock').set({ upgrade_id: null }).where('upgrade_id', '=', upgradeId).execute();
  }
}
