import { canonicalJson } from '@sealift/core/canonical-json';
import { isSealiftError } from '@sealift/core/errors';
import { readRecord } from '@sealift/core/record';
import { type UpgradeRehearsal, upgradeRehearsalSchema } from '@sealift/core/rehearsal';
import { z } from 'zod';
import type { Db, Trx } from '../../store/store.ts';

const format = 1;
const schema = z.object({ format: z.literal(format), rehearsal: upgradeRehearsalSchema });

/** How often whoever rehearses says so. */
export const beatMs = 10_000;
/** Who has said nothing for so long is gone: its console was killed. */
const goneMs = 6 * beatMs;

/** Why a rehearsal came to no end whose console was stopped. */
export const cutFailure = {
  message: 'the console that did it was stopped',
  hint: 'Nothing of the cluster was touched.',
};

/**
 * The last rehearsal of an upgrade; null where there was none. One whose console is gone has failed. What another version wrote, or what is damaged,
 * tells nothing and is in nobody's way: it is done again.
 */
export async function loadRehearsal(db: Db, upgradeId: string, now = new Date()): Promise<UpgradeRehearsal | null> {
  const row = await db.selectFrom('rehearsal').selectAll().where('upgrade_id', '=', upgradeId).executeTakeFirst();
  if (row === undefined) return null;
  const rehearsal = readable(row.report);
  if (rehearsal === null) return null;
  const isGone = rehearsal.state === 'running' && now.getTime() - row.seen_at.getTime() > goneMs;
  return isGone ? { ...rehearsal, state: 'failed', failure: cutFailure } : rehearsal;
}

/** Puts the beginning of a rehearsal in the place of the last one. @param run names the one that does it */
export async function storeBegun(trx: Trx, upgradeId: string, run: string, rehearsal: UpgradeRehearsal): Promise<void> {
  const values = { run, seen_at: new Date(), report: reportText(rehearsal) };
  await trx
    .insertInto('rehearsal')
    .values({ upgrade_id: upgradeId, ...values })
    .onConflict((conflict) => conflict.column('upgrade_id').doUpdateSet(values))
    .execute();
}

/** Keeps how far a rehearsal is, while it is this one's to do. */
export async function storeProgress(db: Db, run: string, rehearsal: UpgradeRehearsal): Promise<void> {
  await db
    .updateTable('rehearsal')
    .set({ seen_at: new Date(), report: reportText(rehearsal) })
    .where('run', '=', run)
    .execute();
}

/** Says that whatever is under way in the store is not: of a store that only this process has. */
export async function endAbandoned(db: Db): Promise<void> {
  await db
    .updateTable('rehearsal')
    .set({ seen_at: new Date(0) })
    .execute();
}

function readable(stored: string): UpgradeRehearsal | null {
  try {
    return readRecord('the rehearsal of the upgrade', { stored, format, schema }).rehearsal;
  } catch (error) {
    if (isSealiftError(error, 'RECORD_FORMAT_OTHER') || isSealiftError(error, 'RECORD_DAMAGED')) return null;
    throw error;
  }
}

function reportText(rehearsal: UpgradeRehearsal): string {
  return canonicalJson({ format, rehearsal });
}
