import { type Kysely, sql } from 'kysely';

const statements = [
  `create table account (
    id text primary key, username text not null, password_hash text not null, role text not null,
    created_at timestamptz not null)`,
  `create unique index account_username on account (lower(username))`,
  `create table sign_in_failure (
    username text primary key, failures integer not null, last_at timestamptz not null, locked_until timestamptz)`,
  `create table setup_link (token_hash text primary key, expires_at timestamptz not null)`,
  `create table session (
    token_hash text primary key, account_id text not null references account on delete cascade,
    created_at timestamptz not null, expires_at timestamptz not null)`,
  `create table api_token (
    id text primary key, account_id text not null references account on delete cascade, name text not null,
    secret_hash text not null unique, created_at timestamptz not null, expires_at timestamptz not null)`,
  `create table audit_entry (
    sequence integer primary key, at timestamptz not null, actor text not null, address text not null,
    action text not null, subject text not null, details text not null, previous_hash text not null, hash text not null)`,
  `create table audit_head (id integer primary key check (id = 1), sequence integer not null, hash text not null)`,
  `insert into audit_head values (1, 0, '')`,
  `create table trusted_key (
    key_id text primary key, fingerprint text not null, public_key text not null, added_at timestamptz not null)`,
  `create table pack_registry (name text primary key, base text not null, embedded boolean not null, sync text not null)`,
  `create table catalogue_release (
    product text not null, version text not null, digest text not null, manifest text not null, release text not null, signature text not null,
    key_id text not null, synced_at timestamptz not null, primary key (product, version))`,
  `create table catalogue_pack (
    digest text primary key, name text not null, version text not null, layer text not null, display_name text not null,
    archive_digest text not null, pack_json text not null, values_yaml text not null, schema text, presets text)`,
  `create table profile (
    id integer primary key check (id = 1), product text not null, version text not null, release_digest text not null,
    revision integer not null, recorded_by text not null)`,
  `create table profile_layer (
    position integer primary key, layer text not null, pack text not null, version text not null, digest text not null,
    base_values text not null, current_values text not null, unique (layer, pack))`,
  `create table upgrade (
    id text primary key, product text not null, from_version text not null, to_version text not null,
    release_digest text not null, profile_revision integer not null, state text not null, plan text not null, preflight text, layers text, frozen text,
    hash text, created_at timestamptz not null, confirmed_by text, confirmed_at timestamptz, finished_at timestamptz)`,
  `create table upgrade_layer (
    upgrade_id text not null references upgrade on delete cascade, position integer not null, layer_id text not null,
    layer text not null, pack text not null, display_name text not null, from_version text, to_version text, to_digest text,
    base text not null, current text not null, incoming text not null, migrations text not null, resolutions text not null,
    pasted text, primary key (upgrade_id, layer_id))`,
  `create table journal (
    id integer generated always as identity primary key, upgrade_id text not null references upgrade, step_id text not null,
    phase text not null, epoch integer not null, at timestamptz not null default clock_timestamp(), data text not null)`,
  `create index journal_upgrade on journal (upgrade_id, id)`,
  `create table lease (name text primary key, holder text not null, epoch integer not null, expires_at timestamptz not null)`,
  `insert into pack_registry values ('spectro-packs', 'sealift/packs', true, '')`,
  `create table console_lock (id integer primary key check (id = 1), upgrade_id text)`,
  `insert into console_lock values (1, null)`,
  `create table backup (
    upgrade_id text primary key references upgrade, reference text not null, sha256 text not null,
    size_bytes integer not null, created_at timestamptz not null)`,
];

/** The first tables. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db);
}
