import type { Db } from '../store/store.ts';

/** Whether the first administrator is still to be made. */
export async function setupNeeded(db: Db): Promise<boolean> {
  return (await db.selectFrom('account').select('id').limit(1).executeTakeFirst()) === undefined;
}
