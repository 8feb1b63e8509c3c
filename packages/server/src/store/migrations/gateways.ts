import { type Kysely, sql } from 'kysely';

const statements = [
  `create table gateway (
    id text primary key, name text not null unique, site text not null, public_key text not null, platform text not null,
    registered_at timestamptz not null, sequence double precision not null, version text not null, seen_at timestamptz,
    report text, granted text)`,
  `create table gateway_invite (
    name text primary key, site text not null, token_hash text not null unique, expires_at timestamptz not null, made_by text not null)`,
  `create table gateway_pause (
    level text not null, name text not null, made_by text not null, made_at timestamptz not null, reason text not null,
    primary key (level, name))`,
  `create table gateway_rollout (
    id integer primary key check (id = 1), product text, release text, attempt integer not null, revision integer not null)`,
  `insert into gateway_rollout (id, attempt, revision) values (1, 1, 0)`,
];

/** Gateways, who holds them, and what they are to run. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db);
}
