import { type Kysely, sql } from 'kysely';

const statement = `create table rehearsal (
  upgrade_id text primary key references upgrade on delete cascade,
  run text not null, seen_at timestamptz not null, report text not null)`;

/** The last rehearsal of an upgrade's minors of Kubernetes, while it is done and afterwards. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql.raw(statement).execute(db);
}
