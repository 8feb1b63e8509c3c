import { type Kysely, sql } from 'kysely';

const statements = [
  `create table evidence_key (
    key_id text primary key, fingerprint text not null, public_key text not null, sealed text, sealed_with text,
    made_at timestamptz not null, retired_at timestamptz)`,
  // One key signs at a time, also where several consoles make the first one at once.
  `create unique index evidence_key_current on evidence_key ((1)) where retired_at is null`,
  `create table upgrade_evidence (
    upgrade_id text primary key references upgrade on delete cascade, before text, signed text)`,
];

/** What is kept of an upgrade for those who were not there, and the keys that sign it. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db);
}
