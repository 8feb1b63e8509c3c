import { PGlite } from '@electric-sql/pglite';
import { Kysely, PGliteDialect, sql } from 'kysely';
import { fromPglite } from 'pg-boss';
import { migrate } from '../store/migrate.ts';
import type { Store } from '../store/store.ts';
import type { Tables } from '../store/tables.ts';

/** A migrated store in memory. Opening one takes seconds: share it among a file's tests and {@link emptyStore} before each. */
export async function openMemoryStore(): Promise<Store> {
  const pglite = await PGlite.create();
  const db = new Kysely<Tables>({ dialect: new PGliteDialect({ pglite }) });
  await migrate(db);
  const jobs = { db: fromPglite(pglite), backend: 'pglite' } as const;
  return { db, jobs, kind: 'embedded', shared: false, close: () => db.destroy() };
}

/** Back to the state right after the migrations. */
export async function emptyStore(store: Store): Promise<void> {
  const tables = await store.db.introspection.getTables();
  const ours = tables.filter(({ schema }) => schema === 'public');
  const names = ours.map((table) => `"${table.name}"`).join(', ');
  await sql.raw(`truncate ${names} restart identity cascade`).execute(store.db);
  await sql`insert into audit_head values (1, 0, '')`.execute(store.db);
  await sql`insert into pack_registry values ('spectro-packs', 'sealift/packs', true, '')`.execute(store.db);
  await sql`insert into console_lock values (1, null)`.execute(store.db);
  await sql`insert into backup_schedule (id, every_hours, keep) values (1, null, 7)`.execute(store.db);
  await sql`insert into backup_store (id, revision) values (1, 0)`.execute(store.db);
  await sql`insert into access_policy (id, revision, second_person) values (1, 0, false)`.execute(store.db);
  await sql`insert into single_sign_on (id, revision) values (1, 0)`.execute(store.db);
  await sql`insert into gateway_rollout (id, attempt, revision) values (1, 1, 0)`.execute(store.db);
  await sql`insert into notification_policy (id, revision) values (1, 0)`.execute(store.db);
  await sql`insert into mail_server (id, revision) values (1, 0)`.execute(store.db);
  await sql`insert into site_settings (id, revision) values (1, 0)`.execute(store.db);
}
