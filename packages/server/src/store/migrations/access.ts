import { type Kysely, sql } from 'kysely';

const statements = [
  // Who signs in elsewhere, or has not chosen one yet, has no password.
  `alter table account alter column password_hash drop not null`,
  `alter table account add column previous_password_hash text`,
  `alter table account add column disabled_at timestamptz`,
  `alter table account add column last_sign_in_at timestamptz`,
  `alter table account add column revision integer not null default 0`,
  `alter table account add column provider_subject text unique`,
  `create table password_link (
    token_hash text primary key, account_id text not null references account on delete cascade, expires_at timestamptz not null)`,
  // Sessions of before have no name to end them by: their owners sign in again.
  `delete from session`,
  `alter table session add column id text not null unique`,
  `alter table session add column address text not null`,
  `alter table session add column agent text not null`,
  `alter table session add column last_used_at timestamptz not null`,
  `alter table api_token add column role text not null default 'root'`,
  `alter table api_token alter column role drop default`,
  `alter table api_token add column last_used_at timestamptz`,
  `alter table api_token add column last_used_from text`,
  `create table access_policy (
    id integer primary key check (id = 1), revision integer not null, banner text, second_person boolean not null,
    changed_by text, changed_at timestamptz)`,
  `insert into access_policy (id, revision, second_person) values (1, 0, false)`,
  `create table confirm_request (
    upgrade_id text primary key references upgrade on delete cascade, hash text not null,
    account_id text not null, asked_by text not null, asked_at timestamptz not null)`,
  `create table audit_checkpoint (
    sequence integer primary key, hash text not null, at timestamptz not null, key_id text not null, signed text not null)`,
];

/** Roles, one-time links for passwords, sessions and tokens with names, what holds for all who sign in, and signed ends of the audit log. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db);
}
