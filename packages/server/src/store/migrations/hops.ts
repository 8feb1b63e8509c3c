import { type Kysely, sql } from 'kysely';

const statements = [
  `alter table upgrade_layer add column hop integer not null default 0`,
  `alter table upgrade_layer drop constraint upgrade_layer_pkey`,
  `alter table upgrade_layer add primary key (upgrade_id, hop, layer_id)`,
];

/** An upgrade's layers belong to one hop of its plan. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db);
}
