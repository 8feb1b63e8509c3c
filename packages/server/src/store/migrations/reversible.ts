import { type Kysely, sql } from 'kysely';

/** Whether the control plane of an upgrade stays able to go back until a person finalises it, and who has. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql.raw('alter table upgrade add column reversible boolean not null default false').execute(db);
  await sql.raw('alter table upgrade add column finalised_by text').execute(db);
}
