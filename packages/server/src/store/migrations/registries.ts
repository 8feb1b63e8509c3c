import { type Kysely, sql } from 'kysely';

const statements = [
  `alter table pack_registry add column revision integer not null default 0, add column document text, add column secret text,
    add column key_id text, add column changed_by text, add column changed_at timestamptz`,
  `create table registry_content (
    registry text not null references pack_registry (name) on delete cascade, kind text not null, name text not null, version text not null,
    digest text not null, primary key (registry, kind, name, version))`,
  `create index registry_content_version on registry_content (kind, name, version)`,
  `insert into registry_content select 'spectro-packs', 'release', product, version, digest from catalogue_release`,
  `insert into registry_content select 'spectro-packs', 'pack', name, version, digest from catalogue_pack_release`,
];

/** Registries beside the console's own, and which release is in which. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db);
}
