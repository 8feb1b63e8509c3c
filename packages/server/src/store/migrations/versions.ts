import { type Kysely, sql } from 'kysely';

const statements = [
  `alter table upgrade add column format integer`,
  `alter table journal add column version text`,
  `create table store_version (id integer primary key check (id = 1), version text not null, since timestamptz not null)`,
];

/** In which form each upgrade is stored, which version wrote each line of a journal, and the newest version of Sealift that was started on the database. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db);
}
