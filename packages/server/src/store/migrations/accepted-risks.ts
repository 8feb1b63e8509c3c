import { type Kysely, sql } from 'kysely';

const statements = [
  `create table accepted_risk (
    upgrade_id text not null references upgrade on delete cascade, check_name text not null, risk text not null,
    primary key (upgrade_id, check_name))`,
];

/** What persons accepted for a draft: gone with it. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db);
}
