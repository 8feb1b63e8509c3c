import { isSealiftError, SealiftError } from '@sealift/core/errors';
import {
  type FrozenUpgrade,
  type JournalEntry,
  lifecycle,
  readFrozen,
  type RollbackReadiness,
  rollbackReadiness,
} from '@sealift/core/upgrade';
import { hashOfFrozen } from '@sealift/upgrade/frozen';
import { shownState } from '../../engine/stored-state.ts';
import type { Db } from '../../store/store.ts';
import type { UpgradeRow } from '../../store/tables.ts';
import { nodeCounts, stepHistory } from '../course/history.ts';

/**
 * Whether a confirmed upgrade can be taken back where it stands, and what that comes to; null for one that has succeeded, or has changed nothing,
 * and where the record cannot be read.
 *
 * @param entries its journal, oldest first
 */
export async function readinessOf(
  db: Db,
  row: UpgradeRow,
  entries: readonly JournalEntry[],
): Promise<RollbackReadiness | null> {
  const state = shownState(row.state);
  const { ended, editable, goesBack, on } = lifecycle[state];
  if (editable || (ended && !goesBack && on.rollback === undefined)) return null;
  const upgrade = frozenOf(row);
  if (upgrade === null) return null;
  const known = { history: await stepHistory(db), nodes: await nodeCounts(db, row.id) };
  const readiness = rollbackReadiness({ upgrade, entries, ...known });
  const overtaken = ended && !goesBack ? await overtakenBy(db, row) : null;
  return overtaken === null ? readiness : { ...readiness, possible: false, shut: { step: null, ...overtaken } };
}

/** What was approved; null where it cannot be read. */
function frozenOf({ frozen }: UpgradeRow): FrozenUpgrade | null {
  try {
    return frozen === null ? null : readFrozen(frozen);
  } catch (error) {
    if (isSealiftError(error, 'RECORD_FORMAT_OTHER') || isSealiftError(error, 'RECORD_DAMAGED')) return null;
    throw error;
  }
}

/** What was approved, and is still what was. @throws RECORD_DAMAGED, RECORD_FORMAT_OTHER, UPGRADE_HASH_MISMATCH */
export function approvedOf({ id, frozen, hash }: UpgradeRow): FrozenUpgrade {
  if (frozen === null) {
    throw new SealiftError('RECORD_DAMAGED', { values: { what: 'the approved plan', reason: 'nothing is stored' } });
  }
  const upgrade = readFrozen(frozen);
  if (hashOfFrozen(upgrade) !== hash) throw new SealiftError('UPGRADE_HASH_MISMATCH', { values: { id } });
  return upgrade;
}

/** What came after an upgrade that was ended early, so that what it froze is not what ran before any more; null where nothing did. */
async function overtakenBy(
  db: Db,
  row: UpgradeRow,
): Promise<{ readonly reason: string; readonly remedy: string } | null> {
  const later = await db
    .selectFrom('upgrade')
    .select(['id', 'to_version'])
    .where('confirmed_at', '>', row.confirmed_at ?? new Date(0))
    // One that failed has changed nothing.
    .where('state', '<>', 'failed')
    .orderBy('confirmed_at', 'desc')
    .limit(1)
    .executeTakeFirst();
  if (later !== undefined) {
    return {
      reason: `the upgrade ${later.id} to ${later.to_version} was begun after it`,
      remedy: 'Roll back that one: it leads to what was recorded as installed before both.',
    };
  }
  const profile = await db.selectFrom('profile').select(['revision', 'recorded_by']).executeTakeFirst();
  if (profile?.revision === row.profile_revision || profile?.recorded_by === `upgrade ${row.id}`) return null;
  return {
    reason: 'what is recorded as installed was changed since',
    remedy: 'Start an upgrade from what is recorded now, or restore from the backup.',
  };
}
