import { type Kysely, sql } from 'kysely';

const statements = [
  `create table preflight (
    upgrade_id text primary key references upgrade on delete cascade, at timestamptz not null, report text not null)`,
  `alter table upgrade add column preflight_at timestamptz`,
];

/** What was found at the site for a draft, and when. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db);
}
