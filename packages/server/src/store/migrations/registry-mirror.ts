import { type Kysely, sql } from 'kysely';

const statements = [
  `create table registry_mirror (
    id integer primary key check (id = 1), run text, seen_at timestamptz, cancelled_by text, report text)`,
  `insert into registry_mirror (id) values (1)`,
];

/** The mirror between two registries that is under way, or the last one. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db);
}
