import { programVersion } from '@sealift/core/program-version';
import { compareVersions } from '@sealift/core/version';
import type { Kysely } from 'kysely';
import type { Tables } from './tables.ts';

/** Remembers the newest version that was started on the database: an older one tells of it, and says what to start instead. */
export async function recordVersion(db: Kysely<Tables>): Promise<void> {
  await db.transaction().execute(async (trx) => {
    const found = await trx.selectFrom('store_version').select('version').forUpdate().executeTakeFirst();
    if (found !== undefined && compareVersions(found.version, programVersion) >= 0) return;
    const row = { version: programVersion, since: new Date() };
    await trx
      .insertInto('store_version')
      .values({ id: 1, ...row })
      .onConflict((conflict) => conflict.column('id').doUpdateSet(row))
      .execute();
  });
}

/** The newest version that was started on the database, as people read it. */
export async function newestVersion(db: Kysely<Tables>): Promise<string> {
  const found = await db.selectFrom('store_version').select('version').executeTakeFirst();
  return found === undefined ? 'another version of Sealift' : `Sealift ${found.version}`;
}
