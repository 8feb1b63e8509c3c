import { type Kysely, sql } from 'kysely';

/** A key that is revoked is kept: what it signed may be installed. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table trusted_key add column revoked_at timestamptz`.execute(db);
}
