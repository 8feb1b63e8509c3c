import type { Db, Trx } from './store.ts';

/** Which change of the site's settings is the latest. */
export async function siteRevision(db: Db): Promise<number> {
  return (await db.selectFrom('site_settings').select('revision').executeTakeFirstOrThrow()).revision;
}

/** Keeps the settings as they are until the end of the transaction. @returns their revision */
export async function shareSite(trx: Trx): Promise<number> {
  return (await trx.selectFrom('site_settings').select('revision').forShare().executeTakeFirstOrThrow()).revision;
}
