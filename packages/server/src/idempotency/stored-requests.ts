import { SealiftError } from '@sealift/core/errors';
import { type Expression, type ExpressionBuilder, sql, type SqlBool } from 'kysely';
import type { Db } from '../store/store.ts';
import type { Tables } from '../store/tables.ts';
import type { Asked } from './asked.ts';

/** Whoever answers a request says again and again that it lives: a console that ended in the middle of it is known by its silence. */
export const lifeSignMs = 20_000;
const deadAfterSeconds = 90;
const keptHours = 24;
/** More than a person or a pipeline does in a day. */
const ofAccount = 2000;

/** How a request with the same key ended. */
export interface EarlierAnswer {
  readonly status: number;
  readonly at: Date;
  /** gzip; null where it was not kept, or is empty. */
  readonly answer: Buffer | null;
}

/**
 * Takes hold of a request, for one console of all that share the store.
 *
 * @returns how an earlier one with the same key ended; undefined where there is none, and this one is to be done
 * @throws IDEMPOTENCY_KEY_REUSED, IDEMPOTENCY_UNDER_WAY, IDEMPOTENCY_END_UNKNOWN, IDEMPOTENCY_KEYS_LIMIT
 */
export async function claim(db: Db, asked: Asked): Promise<EarlierAnswer | undefined> {
  await db.deleteFrom('idempotent_request').where('expires_at', '<=', sql<Date>`now()`).execute();
  const taken = await db
    .insertInto('idempotent_request')
    .values({
      account_id: asked.accountId,
      key_hash: asked.keyHash,
      fingerprint: asked.fingerprint,
      begun_at: sql<Date>`now()`,
      alive_until: seconds(deadAfterSeconds),
      expires_at: seconds(keptHours * 3600),
      answered_at: null,
      status: null,
      answer: null,
    })
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirst();
  if (taken.numInsertedOrUpdatedRows === 1n) {
    await refuseTooMany(db, asked);
    return undefined;
  }
  return await earlier(db, asked);
}

/** Of an account, the one just taken with them; this one is given back before it is refused. */
async function refuseTooMany(db: Db, asked: Asked): Promise<void> {
  const { count } = await db
    .selectFrom('idempotent_request')
    .select(({ fn }) => fn.countAll<string>().as('count'))
    .where('account_id', '=', asked.accountId)
    .executeTakeFirstOrThrow();
  if (Number(count) <= ofAccount) return;
  await forget(db, asked);
  throw new SealiftError('IDEMPOTENCY_KEYS_LIMIT', { values: { limit: ofAccount } });
}

async function earlier(db: Db, asked: Asked): Promise<EarlierAnswer> {
  const row = await db
    .selectFrom('idempotent_request')
    .select(['fingerprint', 'begun_at', 'answered_at', 'status', 'answer'])
    .select(sql<boolean>`alive_until > now()`.as('lives'))
    .where(isAsked(asked))
    .executeTakeFirst();
  // Refused, or forgotten, between the two looks.
  if (row === undefined) throw new SealiftError('IDEMPOTENCY_UNDER_WAY');
  if (row.fingerprint !== asked.fingerprint) {
    throw new SealiftError('IDEMPOTENCY_KEY_REUSED', { place: 'Idempotency-Key' });
  }
  const { status, answered_at: at, answer } = row;
  if (status !== null && at !== null) return { status, at, answer };
  if (row.lives) throw new SealiftError('IDEMPOTENCY_UNDER_WAY');
  throw new SealiftError('IDEMPOTENCY_END_UNKNOWN', { values: { at: row.begun_at.toISOString() } });
}

/** Says that whoever answers it lives. */
export async function sayAlive(db: Db, asked: Asked): Promise<void> {
  await db
    .updateTable('idempotent_request')
    .set({ alive_until: seconds(deadAfterSeconds) })
    .where(isAsked(asked))
    .where('status', 'is', null)
    .execute();
}

/** Says that it is not known whether it was done. */
export async function leaveUnknown(db: Db, asked: Asked): Promise<void> {
  await db.updateTable('idempotent_request').set({ alive_until: sql<Date>`now()` }).where(isAsked(asked)).execute();
}

/** Keeps how it ended. @param answer gzip, null where none is kept */
export async function keep(db: Db, asked: Asked, status: number, answer: Buffer | null): Promise<void> {
  await db
    .updateTable('idempotent_request')
    .set({ status, answer, answered_at: sql<Date>`now()` })
    .where(isAsked(asked))
    .execute();
}

/** Of one that was refused, and changed nothing: its key may be used again. */
export async function forget(db: Db, asked: Asked): Promise<void> {
  await db.deleteFrom('idempotent_request').where(isAsked(asked)).execute();
}

type Rows = ExpressionBuilder<Tables, 'idempotent_request'>;

function isAsked({ accountId, keyHash }: Asked): (rows: Rows) => Expression<SqlBool> {
  return (row) => row.and([row.eb('account_id', '=', accountId), row.eb('key_hash', '=', keyHash)]);
}

/** A time by the database's own clock, which all consoles share. */
function seconds(count: number) {
  return sql<Date>`now() + make_interval(secs => ${count})`;
}
