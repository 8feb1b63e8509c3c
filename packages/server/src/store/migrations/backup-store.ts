import { type Kysely, sql } from 'kysely';

const statements = [
  `create table backup_store (
    id integer primary key check (id = 1), revision integer not null, document text, secret text, key_id text,
    changed_by text, changed_at timestamptz)`,
  `insert into backup_store (id, revision) values (1, 0)`,
  `alter table backup add column place text`,
];

/** Where backups are kept: a bucket of a store that speaks S3, or the folder of the console. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db);
}
