import { type Kysely, sql } from 'kysely';

const statements = [
  `create table site_settings (
    id integer primary key check (id = 1), revision integer not null, document text, secrets text, key_id text,
    changed_by text, changed_at timestamptz)`,
  `insert into site_settings (id, revision) values (1, 0)`,
];

/** How the console reaches its site, where that is given in the console. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db);
}
