import { type Kysely, sql } from 'kysely';

/** What a failure does that stops an upgrade, as it is chosen before Confirm. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql.raw('alter table upgrade add column on_failure text').execute(db);
}
