import { join } from 'node:path';
import { isSealiftError, reasonOf, SealiftError } from '@sealift/core/errors';
import type { ConstructorOptions } from 'pg-boss';
import { Kysely, PGliteDialect, PostgresDialect, sql, type Transaction } from 'kysely';
import { openPglite } from './embedded-store.ts';
import type { Listen } from './listen.ts';
import { migrate } from './migrate.ts';
import type { Tables } from './tables.ts';

/** The store's query builder. */
export type Db = Kysely<Tables>;
/** An open transaction. While one is open on the embedded store, a query outside of it waits for ever: pass this on. */
export type Trx = Transaction<Tables>;

/** How pg-boss reaches the store. */
export type JobDatabase = Pick<ConstructorOptions, 'db' | 'backend' | 'connectionString' | 'max'>;

/** The open store. */
export interface Store {
  readonly db: Db;
  readonly jobs: JobDatabase;
  readonly kind: 'embedded' | 'postgresql';
  /** Whether another process can hold the lease at the same time. */
  readonly shared: boolean;
  /** What another process says; missing where there is none. */
  readonly listen?: Listen;
  close(): Promise<void>;
}

export interface StoreOptions {
  /** Folder of the embedded store. The caller holds its lock: PGlite has none of its own. */
  readonly dataDir: string;
  /** `postgres://…` names a real server and leaves the embedded store closed. */
  readonly databaseUrl?: string;
  /** How long a real server may work on one statement, in milliseconds; a minute without it. Changes of tables may take longer. */
  readonly statementMs?: number;
}

/**
 * Opens the store and brings its tables up to date.
 *
 * @throws STORE_UNREACHABLE, STORE_FULL, STORE_FROM_NEWER
 */
export async function openStore(options: StoreOptions): Promise<Store> {
  const { dataDir, databaseUrl, statementMs = usualStatementMs } = options;
  if (databaseUrl === undefined) return await migrated(await openEmbedded(dataDir));
  // Another process may be changing many rows, and is waited for.
  await (await migrated(await openPostgres(databaseUrl, undefined))).close();
  return await openPostgres(databaseUrl, statementMs);
}

/** Brings the tables of a store up to date; one where that fails is closed. */
async function migrated(store: Store): Promise<Store> {
  try {
    await sql`select 1`.execute(store.db);
    await migrate(store.db);
    return store;
  } catch (error) {
    await store.close();
    throw isSealiftError(error) ? error : unreachable(error);
  }
}

/** PGlite never calls fsync: it survives the death of the process, not the loss of power. */
async function openEmbedded(dataDir: string): Promise<Store> {
  try {
    const pglite = await openPglite(join(dataDir, 'postgres'));
    const { fromPglite } = await import('pg-boss');
    const db = new Kysely<Tables>({ dialect: new PGliteDialect({ pglite }) });
    const jobs: JobDatabase = { db: fromPglite(pglite), backend: 'pglite' };
    const close = async (): Promise<void> => {
      await db.destroy();
      if (!pglite.closed) await pglite.close();
    };
    return { db, jobs, kind: 'embedded', shared: false, close };
  } catch (error) {
    if (isSealiftError(error)) throw error;
    throw unreachable(error).withHint(`Check that all below ${dataDir} can be read and written by who runs this.`);
  }
}

/** After a fail-over an old connection may still lead to the server that takes no changes any more. */
const longestConnectionSeconds = 30;
const usualStatementMs = 60_000;
/** A server that answers at all says itself that it took too long; a line that was cut in silence never does. */
const silenceMs = 5000;

async function openPostgres(databaseUrl: string, statementMs: number | undefined): Promise<Store> {
  if (!/^postgres(?:ql)?:\/\//.test(databaseUrl) || !URL.canParse(databaseUrl)) {
    const reason = 'expected postgres://user:password@host:port/database';
    throw new SealiftError('INPUT_INVALID', { place: 'DATABASE_URL', values: { what: 'the address', reason } });
  }
  const { default: pg } = await import('pg');
  const { postgresListen } = await import('./listen.ts');
  const pool = new pg.Pool({
    connectionString: databaseUrl,
    max: 10,
    connectionTimeoutMillis: 10_000,
    maxLifetimeSeconds: longestConnectionSeconds,
    ...(statementMs === undefined ? {} : { statement_timeout: statementMs, query_timeout: statementMs + silenceMs }),
  });
  // An idle connection that breaks would otherwise end the process; the next query reports the failure.
  pool.on('error', () => undefined);
  // Nor may one that is in use: the pool listens to idle ones only, and the query under way reports it.
  pool.on('connect', (client) => client.on('error', () => undefined));
  const db = new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) });
  const jobs: JobDatabase = { connectionString: databaseUrl, max: 3 };
  const listen = postgresListen(databaseUrl);
  return { db, jobs, kind: 'postgresql', shared: true, listen, close: () => db.destroy() };
}

function unreachable(error: unknown): SealiftError {
  const reason = reasonOf(error);
  return new SealiftError('STORE_UNREACHABLE', { values: { reason }, cause: error });
}
