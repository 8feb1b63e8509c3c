import { type Kysely, sql } from 'kysely';

/** The recorded profile says in which format it is. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql.raw(`alter table profile add column format integer not null default 1`).execute(db);
}
