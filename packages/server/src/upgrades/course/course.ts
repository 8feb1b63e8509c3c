import type { JournalRecord, UpgradeCourse } from '@sealift/core/api';
import { isSealiftError, reasonOf } from '@sealift/core/errors';
import { maskData } from '@sealift/core/secret';
import { journalLineSchema, readLine, upgradeTree } from '@sealift/core/upgrade';
import { readableJournal } from '../../engine/journal-store.ts';
import type { Db } from '../../store/store.ts';
import type { JournalRow, UpgradeRow } from '../../store/tables/upgrades.ts';
import type { UpgradeServices } from '../upgrade-services.ts';
import { upgradeView } from '../upgrade-view.ts';
import { nodeCounts, stepHistory } from './history.ts';

/** Where an upgrade is in its plan, as a tree, with the time left by this site's own history. */
export async function upgradeCourse(services: UpgradeServices, row: UpgradeRow): Promise<UpgradeCourse> {
  const { db } = services.store;
  const { id, product, from, to, state, plan, hash, failure, rollback, ...times } = await upgradeView(services, row);
  const { entries } = await readableJournal(db, id);
  const now = new Date();
  const known = { history: await stepHistory(db), nodes: await nodeCounts(db, id) };
  return {
    id,
    product,
    from,
    to,
    state,
    at: now.toISOString(),
    startedAt: times.confirmedAt,
    finishedAt: times.finishedAt,
    hash,
    tree: plan === null ? null : upgradeTree({ plan, state, entries, now, ...known }),
    failure: failure === null ? null : { message: failure.message, hint: failure.hint },
    rollback,
  };
}

const pageSize = 500;

/** A page of an upgrade's journal after a sequence number, oldest first; secrets masked. */
export async function journalPage(db: Db, upgradeId: string, after: number) {
  const rows = await db
    .selectFrom('journal')
    .selectAll()
    .where('upgrade_id', '=', upgradeId)
    .where('id', '>', after)
    .orderBy('id')
    .limit(pageSize)
    .execute();
  const entries = rows.map(recordOf);
  return { entries, next: entries.at(-1)?.sequence ?? after, more: rows.length === pageSize };
}

function recordOf({ id: sequence, at, epoch, step_id: stepId, data, version }: JournalRow): JournalRecord {
  const place = { sequence, at: at.toISOString(), epoch, version, stepId };
  try {
    return { ...place, line: journalLineSchema.parse(maskData(readLine(data))), problem: null };
  } catch (error) {
    if (!isSealiftError(error)) throw error;
    return { ...place, line: null, problem: reasonOf(error) };
  }
}
