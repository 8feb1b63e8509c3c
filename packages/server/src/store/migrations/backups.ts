import { type Kysely, sql } from 'kysely';

const statements = [
  `alter table backup drop constraint backup_pkey`,
  `alter table backup add column id text`,
  `update backup set id = upgrade_id`,
  `alter table backup add primary key (id)`,
  `alter table backup alter column upgrade_id drop not null`,
  `alter table backup alter column size_bytes type double precision`,
  // What was written before was not sealed, and was never restored anywhere.
  `alter table backup add column format integer not null default 1`,
  `alter table backup alter column format drop default`,
  `alter table backup add column reason text`,
  `alter table backup add column key_id text`,
  `alter table backup add column proof text`,
  `create index backup_upgrade on backup (upgrade_id)`,
  `create table backup_schedule (
    id integer primary key check (id = 1), every_hours integer, keep integer not null, begun_at timestamptz,
    changed_by text, changed_at timestamptz)`,
  `insert into backup_schedule (id, every_hours, keep) values (1, null, 7)`,
];

/** Backups that are made at any time, sealed and proven, and when they are made by themselves. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db);
}
