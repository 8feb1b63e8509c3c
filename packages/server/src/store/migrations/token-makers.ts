import { type Kysely, sql } from 'kysely';

/** A token that was made with another one ends with it. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table api_token add column made_by text references api_token(id) on delete cascade`.execute(db);
}
