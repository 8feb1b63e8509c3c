import { isSealiftError } from '@sealift/core/errors';
import {
  type FrozenUpgrade,
  type JournalEntry,
  lifecycle,
  readFrozen,
  type RollbackReadiness,
  shutBy,
} from '@sealift/core/upgrade';
import { shownState } from '../engine/stored-state.ts';
import type { Db } from '../store/store.ts';
import type { UpgradeRow } from '../store/tables/upgrades.ts';

/** What keeps a confirmed upgrade from being taken back; null where nothing does. @param entries its journal, oldest first */
export async function shutOf(
  db: Db,
  row: UpgradeRow,
  entries: readonly JournalEntry[],
): Promise<RollbackReadiness['shut']> {
  const upgrade = frozenOf(row);
  if (upgrade === null) return { step: null, reason: 'what was approved cannot be read', remedy: fromBackup };
  const { ended, goesBack } = lifecycle[shownState(row.state)];
  return shutBy(upgrade, entries) ?? (ended && !goesBack ? await overtakenBy(db, row) : null);
}

const fromBackup = 'Start an upgrade from what is recorded now, or restore from the backup.';

/** What was approved; null where it cannot be read. */
export function frozenOf({ frozen }: UpgradeRow): FrozenUpgrade | null {
  try {
    return frozen === null ? null : readFrozen(frozen);
  } catch (error) {
    if (isSealiftError(error, 'RECORD_FORMAT_OTHER') || isSealiftError(error, 'RECORD_DAMAGED')) return null;
    throw error;
  }
}

/** What came after an upgrade that was ended early, so that what it froze is not what ran before any more. */
async function overtakenBy(db: Db, row: UpgradeRow): Promise<RollbackReadiness['shut']> {
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
    const reason = `the upgrade ${later.id} to ${later.to_version} was begun after it`;
    const remedy = 'Roll back that one: it leads to what was recorded as installed before both.';
    return { step: null, reason, remedy };
  }
  const profile = await db.selectFrom('profile').select(['revision', 'recorded_by']).executeTakeFirst();
  if (profile?.revision === row.profile_revision || profile?.recorded_by === `upgrade ${row.id}`) return null;
  return { step: null, reason: 'what is recorded as installed was changed since', remedy: fromBackup };
}
