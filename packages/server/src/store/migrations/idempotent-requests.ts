import { type Kysely, sql } from 'kysely';

const statements = [
  `create table idempotent_request (
    account_id text not null references account (id) on delete cascade, key_hash text not null, fingerprint text not null,
    begun_at timestamptz not null, alive_until timestamptz not null, expires_at timestamptz not null, answered_at timestamptz,
    status integer, answer bytea, primary key (account_id, key_hash))`,
  `create index idempotent_request_expiry on idempotent_request (expires_at)`,
];

/** Requests that were sent with an `Idempotency-Key`, and their answers. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db);
}
