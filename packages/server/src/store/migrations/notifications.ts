import { type Kysely, sql } from 'kysely';

const statements = [
  `create table notification_policy (
    id integer primary key check (id = 1), revision integer not null, document text, changed_by text, changed_at timestamptz)`,
  `insert into notification_policy (id, revision) values (1, 0)`,
  `create table mail_server (
    id integer primary key check (id = 1), revision integer not null, document text, secret text, key_id text,
    changed_by text, changed_at timestamptz)`,
  `insert into mail_server (id, revision) values (1, 0)`,
  `create table notification_subscription (
    id text primary key, name text not null, revision integer not null, document text not null, secret text, key_id text,
    changed_by text not null, changed_at timestamptz not null)`,
  `create unique index notification_subscription_name on notification_subscription (lower(name))`,
  `create table notification (
    sequence integer generated always as identity primary key, id text not null unique, at timestamptz not null, document text not null,
    handed_out boolean not null default false)`,
  `create index notification_waiting on notification (sequence) where not handed_out`,
  `create table notification_delivery (
    id text primary key, notification_id text not null references notification (id) on delete cascade,
    subscription_id text not null references notification_subscription (id) on delete cascade,
    recipient text, state text not null, attempts integer not null default 0, answer text, last_at timestamptz,
    next_at timestamptz, give_up_at timestamptz not null)`,
  `create index notification_delivery_due on notification_delivery (next_at) where state = 'waiting'`,
  `create index notification_delivery_of on notification_delivery (notification_id)`,
  `create table certificate_told (fingerprint text, place text, days integer, primary key (fingerprint, place, days))`,
  `create index notification_delivery_to on notification_delivery (subscription_id)`,
];

/** Who is told of what, the mail server, what is to be told, and which ends of certificates were. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db);
}
