import { SealiftError } from '@sealift/core/errors';
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
import type { UpgradeRow } from '../../store/tables/upgrades.ts';
import { frozenOf, shutOf } from '../../platform/way-back.ts';
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
  const shut = await shutOf(db, row, entries);
  return { ...rollbackReadiness({ upgrade, entries, ...known }), possible: shut === null, shut };
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
