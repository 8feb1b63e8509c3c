import { parsePublicKey, type SecretKey } from '@sealift/bundle/minisign';
import { readSignedCheckpoint, signCheckpoint } from '@sealift/bundle/signed-checkpoint';
import type { StoredCheckpoint } from '@sealift/core/api';
import { SealiftError } from '@sealift/core/errors';
import type { Selectable } from 'kysely';
import { type Cursor, nextAfter } from '../http/cursor.ts';
import type { JobQueue } from '../jobs/job-queue.ts';
import type { Db } from '../store/store.ts';
import type { Tables } from '../store/tables.ts';
import { ChainCheck, type KnownEnd } from './chain.ts';
import { followChain } from './verify.ts';

/** Every hour, where something was written since. */
const signAt = '23 * * * *';
const shownAtMost = 200;
type Row = Selectable<Tables['audit_checkpoint']>;

/**
 * Signs where the audit log ends, again and again: a chain of hashes alone shows neither that its end was cut off nor that all of it was written anew.
 * Copies have to be kept elsewhere, for whoever may write in the database may remove these.
 */
export class AuditCheckpoints {
  readonly #db: Db;
  readonly #keys: { signing(): Promise<SecretKey> };

  constructor(db: Db, keys: { signing(): Promise<SecretKey> }) {
    this.#db = db;
    this.#keys = keys;
  }

  /** Signs from now on, as jobs of a queue. @param onFailure told of what failed; it is tried again the next time */
  async begin(queue: JobQueue, onFailure: (error: unknown) => void): Promise<void> {
    await queue.repeat(signAt);
    await queue.work(async () => {
      await this.make().catch(onFailure);
    });
  }

  /**
   * Signs the end of the log, if something was written since the last time. What does not follow from what was signed before is not signed.
   *
   * @throws AUDIT_BROKEN, SECRET_KEY_INVALID, SECRET_KEY_OTHER, FILE_UNWRITABLE
   */
  async make(): Promise<StoredCheckpoint> {
    const key = await this.#keys.signing();
    const before = await this.#newest();
    const end = await this.#checkedEnd(before);
    if (before !== undefined && before.sequence === end.sequence) return shown(before);
    const at = new Date();
    const row = {
      ...end,
      at,
      key_id: key.publicKey.keyId,
      signed: signCheckpoint({ kind: 'sealift-audit-checkpoint', format: 1, ...end, at: at.toISOString() }, key),
    };
    // Another console of this database may have signed the same.
    await this.#db
      .insertInto('audit_checkpoint')
      .values(row)
      .onConflict((conflict) => conflict.column('sequence').doNothing())
      .execute();
    return shown(row);
  }

  /** A page of them, newest first. */
  async list(
    after?: Cursor<number>,
  ): Promise<{ readonly checkpoints: StoredCheckpoint[]; readonly next: string | null }> {
    let query = this.#db.selectFrom('audit_checkpoint').selectAll();
    if (after !== undefined) query = query.where('sequence', '<', after.place);
    const rows = await query
      .orderBy('sequence', 'desc')
      .limit(shownAtMost + 1)
      .execute();
    const next = nextAfter(rows, shownAtMost, ({ sequence: place }) => ({ place, id: '' }));
    return { checkpoints: rows.slice(0, shownAtMost).map(shown), next };
  }

  #newest(): Promise<Row | undefined> {
    return this.#db.selectFrom('audit_checkpoint').selectAll().orderBy('sequence', 'desc').limit(1).executeTakeFirst();
  }

  /** The end of the log, after it was found to follow from the last checkpoint. */
  async #checkedEnd(before: Row | undefined): Promise<KnownEnd> {
    const head = await this.#db.selectFrom('audit_head').select(['sequence', 'hash']).executeTakeFirstOrThrow();
    const from = before === undefined ? undefined : await this.#signedEnd(before);
    if (from !== undefined) {
      const entry = await this.#db
        .selectFrom('audit_entry')
        .select('hash')
        .where('sequence', '=', from.sequence)
        .executeTakeFirst();
      const isThere = from.sequence === 0 || entry?.hash === from.hash;
      if (!isThere || head.sequence < from.sequence)
        throw broken(`it differs from what was signed at ${before?.at.toISOString()}`);
    }
    const check = new ChainCheck([], from);
    await followChain(this.#db, check, head.sequence);
    if (check.firstBroken !== null) throw broken(`entry ${check.firstBroken} does not fit the one before`);
    if (check.sequence !== head.sequence || check.hash !== head.hash) {
      throw broken(`it ends with entry ${check.sequence}, and not with entry ${head.sequence}`);
    }
    return { sequence: head.sequence, hash: head.hash };
  }

  async #signedEnd(row: Row): Promise<KnownEnd> {
    const keys = await this.#db.selectFrom('evidence_key').select('public_key').execute();
    const trusted = keys.map(({ public_key: text }) => parsePublicKey(text, 'an evidence key'));
    const { sequence, hash } = readSignedCheckpoint(Buffer.from(row.signed), trusted, 'the last checkpoint');
    return { sequence, hash };
  }
}

function broken(reason: string): SealiftError {
  return new SealiftError('AUDIT_BROKEN', { values: { reason } });
}

function shown(row: Row): StoredCheckpoint {
  return { sequence: row.sequence, at: row.at.toISOString(), keyId: row.key_id, file: row.signed };
}
