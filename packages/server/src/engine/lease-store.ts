import type { LeasePort } from '@sealift/upgrade/ports/lease';
import { sql } from 'kysely';
import type { Store } from '../store/store.ts';
import { leaseName } from './fenced.ts';

/**
 * A lease over a row: that of who runs upgrades, or another one by its name. Time is the database's alone: the clocks of two replicas may differ. `clock_timestamp()`, not `now()`:
 * a take-over that waited for a row lock must not judge by the time it began to wait.
 */
export function leaseStore({ db }: Pick<Store, 'db'>, name: string = leaseName): LeasePort {
  const until = (ttlMs: number) => sql<Date>`clock_timestamp() + ${ttlMs} * interval '1 millisecond'`;
  return {
    async acquire(holder, ttlMs) {
      const row = await db
        .insertInto('lease')
        .values({ name, holder, epoch: 1, expires_at: until(ttlMs) })
        .onConflict((conflict) =>
          conflict
            .column('name')
            .doUpdateSet({ holder, epoch: sql<number>`lease.epoch + 1`, expires_at: until(ttlMs) })
            .where('lease.expires_at', '<=', sql<Date>`clock_timestamp()`),
        )
        .returning('epoch')
        .executeTakeFirst();
      return row === undefined ? null : { epoch: row.epoch };
    },

    async renew(holder, epoch, ttlMs) {
      const renewed = await db
        .updateTable('lease')
        .set({ expires_at: until(ttlMs) })
        .where('name', '=', name)
        .where('holder', '=', holder)
        .where('epoch', '=', epoch)
        .returning('epoch')
        .executeTakeFirst();
      return renewed !== undefined;
    },

    async release(holder, epoch) {
      await db
        .updateTable('lease')
        .set({ expires_at: sql<Date>`clock_timestamp()` })
        .where('name', '=', name)
        .where('holder', '=', holder)
        .where('epoch', '=', epoch)
        .execute();
    },
  };
}

/**
 * Ends a lease left behind by a process that died. Only where no other process can be alive on this store: the embedded one, whose
 * folder lock this process holds. Elsewhere the lease has to run out.
 */
export async function endAbandonedLease(store: Store): Promise<void> {
  if (store.shared) return;
  await store.db.updateTable('lease').set({ expires_at: sql<Date>`clock_timestamp()` }).execute();
}
