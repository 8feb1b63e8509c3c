import { type Kysely, sql } from 'kysely';

/** Hunks that were settled of texts of a draft that are still open. Gone with the draft. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`create table hunked_text (
    upgrade_id text not null references upgrade on delete cascade, hop integer not null, layer_id text not null,
    path_key text not null, revision integer not null, settled text not null,
    primary key (upgrade_id, hop, layer_id, path_key))`.execute(db);
}
