import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { makeTables } from './migrate.ts';
import type { Db, Trx } from './store.ts';

/** Carries the result out of the transaction that it ends. */
class Undone<Result> extends Error {
  readonly result: Result;

  constructor(result: Result) {
    super('throw-away tables are gone');
    this.result = result;
  }
}

/**
 * Runs work on tables of this version that are empty, in the same database, and exist for this transaction only: whatever it does is taken back.
 * Names without a schema, which all of ours are, mean these tables and no other ones.
 */
export async function inThrowAwayTables<Result>(db: Db, work: (trx: Trx) => Promise<Result>): Promise<Result> {
  const schema = `sealift_trial_${randomUUID().replaceAll('-', '')}`;
  try {
    return await db.transaction().execute<Result>(async (trx) => {
      await sql`create schema ${sql.id(schema)}`.execute(trx);
      await sql`set local search_path to ${sql.id(schema)}`.execute(trx);
      await makeTables(trx);
      throw new Undone(await work(trx));
    });
  } catch (error) {
    if (error instanceof Undone) return (error as Undone<Result>).result;
    throw error;
  }
}
