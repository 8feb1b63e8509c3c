import { SealiftError } from '@sealift/core/errors';
import type { Db, Trx } from '../store/store.ts';

/** The lease of who may run upgrades. */
export const leaseName = 'engine';

/**
 * Runs a write in one transaction, if `epoch` is still the lease's. The lease row stays share-locked until the commit, so a take-over
 * waits for a write under way, and every later write of the old holder finds a newer epoch.
 *
 * @throws LEASE_LOST; nothing is written
 */
export function fenced<Result>(db: Db, epoch: number, run: (trx: Trx) => Promise<Result>): Promise<Result> {
  return db.transaction().execute(async (trx) => {
    const lease = await trx
      .selectFrom('lease')
      .select('epoch')
      .where('name', '=', leaseName)
      .forShare()
      .executeTakeFirst();
    if (lease?.epoch !== epoch) throw new SealiftError('LEASE_LOST', { values: { epoch } });
    return run(trx);
  });
}
