import { isSealiftError, reasonOf, SealiftError } from '@sealift/core/errors';

/** Connection failures of the driver, and PostgreSQL's class 08, 57014 (a statement that took too long) and 57P0x (going down, starting up). */
const away = /^(?:ECONNREFUSED|ECONNRESET|ETIMEDOUT|EPIPE|08\w{3}|57014|57P0\d)$/;
/** The driver gives these no code. */
const awayInWords =
  /^(?:timeout exceeded when trying to connect|Query read timeout|Connection terminated|Client has encountered a connection error)/;
/** PostgreSQL's `disk_full` (class 53), and what the system says below the embedded store. */
const full = /^(?:53100|ENOSPC|EDQUOT)$/;
/** PostgreSQL's `read_only_sql_transaction`: a standby, or a server that was told to take no changes. */
const readOnly = '25006';

/**
 * What a failure of the database means for whoever uses the console.
 *
 * @returns undefined where it is not the state of the database as a whole
 */
export function storeFailure(error: unknown): SealiftError | undefined {
  if (isSealiftError(error)) return undefined;
  const code = codeOf(error);
  const reason = reasonOf(error);
  const values = { reason };
  if (code === readOnly) return new SealiftError('STORE_READ_ONLY', { values, cause: error });
  if (full.test(code) || reason.includes('No space left on device')) {
    return new SealiftError('STORE_FULL', { values, cause: error });
  }
  if (away.test(code) || awayInWords.test(reason)) {
    return new SealiftError('STORE_UNREACHABLE', { values, cause: error });
  }
  return undefined;
}

/** Does work with the database, and says what its failure means: an upgrade waits for a database that is full, away or takes no changes. */
export async function inStore<Result>(work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    throw storeFailure(error) ?? error;
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
}
