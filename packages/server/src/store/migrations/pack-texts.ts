import { type Kysely, sql } from 'kysely';

const statements = [
  `alter table upgrade_layer add column base_presets text`,
  `alter table upgrade_layer add column incoming_presets text`,
  `alter table upgrade_layer add column schema_notation text`,
  `alter table upgrade_layer add column json_schema text`,
];

/** What packs bring beside their values: presets, and the schemas that merged values must fit. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db);
}
