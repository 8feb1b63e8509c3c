import { type Kysely, sql } from 'kysely';

/** Who did what to a layer of a draft, in order: its revision is the last number. Gone with the draft. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`create table layer_edit (
    upgrade_id text not null references upgrade on delete cascade, hop integer not null, layer_id text not null,
    number integer not null, edit text not null, primary key (upgrade_id, hop, layer_id, number))`.execute(db);
}
