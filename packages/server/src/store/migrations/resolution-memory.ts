import { type Kysely, sql } from 'kysely';

/** How conflicts were settled in upgrades that were confirmed, to be offered again. */
export async function up(db: Kysely<unknown>): Promise<void> {
  const statement = `create table resolution_memory (
    layer_id text not null, path_key text not null, remembered text not null, primary key (layer_id, path_key))`;
  await sql.raw(statement).execute(db);
}
