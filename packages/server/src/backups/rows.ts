import { createHash } from 'node:crypto';
import type { TableDigest } from '@sealift/core/backup';
import { sql } from 'kysely';
import type { Db, Trx } from '../store/store.ts';
import type { BackedUpTable } from './backed-up-tables.ts';

const rowsAtOnce = 100;

/**
 * The rows of a table as the database prints them as JSON, in the order of their bytes: the same for the same rows in whatever order they were
 * written, and whatever language the database sorts in.
 */
export async function* rowsOf(trx: Trx, table: string): AsyncGenerator<string> {
  await sql`set local time zone 'UTC'`.execute(trx);
  await sql`declare backed_up no scroll cursor for
    select row_to_json(t)::text as "row" from ${sql.table(table)} t order by row_to_json(t)::text collate "C"`.execute(
    trx,
  );
  for (;;) {
    const { rows } = await sql<{ row: string }>`fetch ${sql.lit(rowsAtOnce)} from backed_up`.execute(trx);
    if (rows.length === 0) break;
    for (const { row } of rows) yield row;
  }
  await sql`close backed_up`.execute(trx);
}

/** Counts rows and digests them, one after the other. */
export class RowDigest {
  readonly #name: string;
  readonly #hash = createHash('sha256');
  #rows = 0;

  constructor(name: string) {
    this.#name = name;
  }

  add(row: string): void {
    this.#hash.update(row).update('\n');
    this.#rows += 1;
  }

  /** May be asked once. */
  end(): TableDigest {
    return { name: this.#name, rows: this.#rows, sha256: this.#hash.digest('hex') };
  }
}

/** The digest of a table as it is in a store. */
export async function digestOf(trx: Trx, table: string): Promise<TableDigest> {
  const digest = new RowDigest(table);
  for await (const row of rowsOf(trx, table)) digest.add(row);
  return digest.end();
}

/** Runs work that sees the tables as they are at one moment. */
export function atOneMoment<Result>(db: Db, work: (trx: Trx) => Promise<Result>): Promise<Result> {
  return db.transaction().setIsolationLevel('repeatable read').setAccessMode('read only').execute(work);
}

/** Writes rows as {@link rowsOf} read them, with the numbers that the database gave them. */
export async function insertRows(trx: Trx, table: BackedUpTable, rows: readonly string[]): Promise<void> {
  await sql`insert into ${sql.table(table)} overriding system value
    select * from json_populate_recordset(null::${sql.table(table)}, ${`[${rows.join(',')}]`}::json)`.execute(trx);
}

/** The next line of the journal gets a number after those that were restored. */
export async function goOnNumbering(trx: Trx): Promise<void> {
  await sql`select setval(pg_get_serial_sequence('journal', 'id'), max(id)) from journal having max(id) is not null`.execute(
    trx,
  );
}
