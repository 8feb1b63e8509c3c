import { type Kysely, sql } from 'kysely';

/** Packs released by themselves, with their markers as signed. */
export async function up(db: Kysely<unknown>): Promise<void> {
  const statement = `create table catalogue_pack_release (
    name text not null, version text not null, digest text not null, manifest text not null, release text not null, signature text not null,
    key_id text not null, synced_at timestamptz not null, primary key (name, version))`;
  await sql.raw(statement).execute(db);
}
