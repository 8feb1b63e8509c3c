import type { Db } from '../store/store.ts';

/** When the last backup was made that was restored on trial; null where none was. */
export async function lastProvenAt(db: Db): Promise<Date | null> {
  const { at } = await db
    .selectFrom('backup')
    .select(({ fn }) => fn.max('created_at').as('at'))
    .where('proof', 'is not', null)
    .executeTakeFirstOrThrow();
  return at;
}
