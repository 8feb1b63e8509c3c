import type { BackupRecordOf } from '@sealift/core/backup';
import type { Trx } from '../store/store.ts';
import { type BackedUpTable, backedUpTables } from './backed-up-tables.ts';
import { goOnNumbering, insertRows } from './rows.ts';

/** So much at once is sent to the database, in characters and rows. */
const batchLength = 4 * 1024 * 1024;
const batchRows = 200;

/** Puts the rows of a backup into tables that are emptied first, within one transaction: all of them are there afterwards, or none. */
export class RowRestore {
  readonly #trx: Trx;
  #table: BackedUpTable | undefined;
  #rows: string[] = [];
  #length = 0;

  private constructor(trx: Trx) {
    this.#trx = trx;
  }

  static async begin(trx: Trx): Promise<RowRestore> {
    // What belongs to an account or an upgrade goes with it.
    await trx.deleteFrom('backup').execute();
    for (const table of backedUpTables.toReversed()) await trx.deleteFrom(table).execute();
    return new RowRestore(trx);
  }

  /** Takes the next row. @returns false where there is no such table */
  async add({ table, row }: BackupRecordOf<'row'>): Promise<boolean> {
    const known = backedUpTables.find((name) => name === table);
    if (known === undefined) return false;
    if (known !== this.#table || this.#rows.length >= batchRows || this.#length >= batchLength) await this.#flush();
    this.#table = known;
    this.#rows.push(row);
    this.#length += row.length;
    return true;
  }

  async end(): Promise<void> {
    await this.#flush();
    await goOnNumbering(this.#trx);
  }

  async #flush(): Promise<void> {
    if (this.#table !== undefined && this.#rows.length > 0) await insertRows(this.#trx, this.#table, this.#rows);
    this.#rows = [];
    this.#length = 0;
  }
}
