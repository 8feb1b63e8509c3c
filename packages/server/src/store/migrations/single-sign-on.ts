import { type Kysely, sql } from 'kysely';

const statements = [
  `create table single_sign_on (
    id integer primary key check (id = 1), revision integer not null, document text, secret text, key_id text,
    changed_by text, changed_at timestamptz)`,
  `insert into single_sign_on (id, revision) values (1, 0)`,
];

/** How people sign in at a provider of OpenID Connect. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db);
}
