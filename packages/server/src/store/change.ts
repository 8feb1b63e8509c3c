import { SealiftError } from '@sealift/core/errors';
import type { Db, Trx } from './store.ts';

/**
 * Runs a change in one transaction, unless the console is locked by an upgrade. The lock row is held shared until the change is
 * committed, so no upgrade can be confirmed halfway through it.
 *
 * @throws CONSOLE_LOCKED
 */
export function change<Result>(db: Db, run: (trx: Trx) => Promise<Result>): Promise<Result> {
  return changeWhile(db, false, run);
}

/**
 * Like {@link change}, for what may be changed in some cases while an upgrade runs.
 *
 * @param whileLocked whether this is such a case
 * @throws CONSOLE_LOCKED
 */
export function changeWhile<Result>(db: Db, whileLocked: boolean, run: (trx: Trx) => Promise<Result>): Promise<Result> {
  return db.transaction().execute(async (trx) => {
    const lock = await trx.selectFrom('console_lock').select('upgrade_id').forShare().executeTakeFirstOrThrow();
    if (!whileLocked) refuseWhileLocked(lock.upgrade_id);
    return run(trx);
  });
}

/**
 * Like {@link change}, and alone: waits for every change under way and keeps others out. For what locks the console.
 *
 * @throws CONSOLE_LOCKED
 */
export function changeAlone<Result>(db: Db, run: (trx: Trx) => Promise<Result>): Promise<Result> {
  return db.transaction().execute(async (trx) => {
    const lock = await trx.selectFrom('console_lock').select('upgrade_id').forUpdate().executeTakeFirstOrThrow();
    refuseWhileLocked(lock.upgrade_id);
    return run(trx);
  });
}

/** The upgrade that locks the console, or null. */
export async function lockedBy(db: Db): Promise<string | null> {
  return (await db.selectFrom('console_lock').select('upgrade_id').executeTakeFirstOrThrow()).upgrade_id;
}

function refuseWhileLocked(upgrade: string | null): void {
  if (upgrade !== null) throw new SealiftError('CONSOLE_LOCKED', { values: { upgrade } });
}
