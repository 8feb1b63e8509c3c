import { formatPublicKey, generateKeyPair, parseSecretKey, type SecretKey } from '@sealift/bundle/minisign';
import type { EvidenceKey } from '@sealift/core/api';
import { isSealiftError, SealiftError } from '@sealift/core/errors';
import { type Actor, systemActor } from '../../audit/actor.ts';
import { recordAudit } from '../../audit/audit-log.ts';
import { SecretKey as SealingKey, type SecretKeyPlace } from '../../site/secret-key.ts';
import type { Db, Trx } from '../../store/store.ts';
import type { EvidenceKeyRow } from '../../store/tables/upgrades.ts';

/** What helps where the key can be read no more: another one is made, and who verifies is told of it. */
const lostRemedy =
  'Start every console of this database with the same file as --secret-key-file. Where that key is lost, make a new evidence key with `sealift evidence renew-key`, and give its fingerprint to whoever verifies evidence.';

/**
 * The key pairs that the consoles of a database sign evidence with, one at a time: made here, and kept in the store sealed with the key of its
 * stored secrets. What a retired one signed can still be verified.
 */
export class EvidenceKeys {
  readonly #db: Db;
  readonly #place: SecretKeyPlace;

  constructor(db: Db, place: SecretKeyPlace) {
    this.#db = db;
    this.#place = place;
  }

  /** Every key, the one that signs now first; makes that where there is none. @throws SECRET_KEY_INVALID, FILE_UNWRITABLE */
  async list(): Promise<EvidenceKey[]> {
    await this.#current();
    const rows = await this.#db.selectFrom('evidence_key').selectAll().orderBy('made_at', 'desc').execute();
    return rows.toSorted((a, b) => Number(a.retired_at !== null) - Number(b.retired_at !== null)).map(shown);
  }

  /** The one that signs now; it is made where there is none. @throws SECRET_KEY_INVALID, SECRET_KEY_OTHER, FILE_UNWRITABLE */
  async signing(): Promise<SecretKey> {
    const { key_id: keyId, fingerprint, sealed, sealed_with: sealedWith } = await this.#current();
    // A key that is made now would not open what was sealed with the one before.
    const sealing = await SealingKey.open({ ...this.#place, mayBeMade: false }).catch((error: unknown) => {
      throw isSealiftError(error, 'SECRET_KEY_INVALID') ? error.withHint(lostRemedy) : error;
    });
    const other = (reason: string): SealiftError =>
      new SealiftError('SECRET_KEY_OTHER', { values: { path: this.#place.path, reason }, hint: lostRemedy });
    if (sealed === null || sealedWith !== sealing.id) {
      throw other(`the evidence key ${keyId} was sealed with the key ${sealedWith}, not ${sealing.id}`);
    }
    const text = sealing.open(sealed, aboutOf(fingerprint));
    if (text === undefined) throw other(`the evidence key ${keyId} was changed since it was sealed`);
    return parseSecretKey(text, 'the evidence key');
  }

  /** Makes a new one in the place of the one that signs now, whether or not that can still be read. @throws SECRET_KEY_INVALID, FILE_UNWRITABLE */
  async renew(actor: Actor, reason: string): Promise<EvidenceKey> {
    const made = await this.#make();
    return await this.#db.transaction().execute(async (trx) => {
      await holdKeys(trx);
      const before = await currentRow(trx);
      await trx
        .updateTable('evidence_key')
        .set({ retired_at: made.made_at, sealed: null, sealed_with: null })
        .where('retired_at', 'is', null)
        .execute();
      await trx.insertInto('evidence_key').values(made).execute();
      await recordAudit(trx, actor, {
        action: 'evidence-key.renew',
        subject: made.key_id,
        details: { before: before?.fingerprint ?? null, after: made.fingerprint, reason },
      });
      return shown(made);
    });
  }

  async #current(): Promise<EvidenceKeyRow> {
    const found = await currentRow(this.#db);
    if (found !== undefined) return found;
    const made = await this.#make();
    return await this.#db.transaction().execute(async (trx) => {
      await holdKeys(trx);
      // Another console may have made one meanwhile.
      const other = await currentRow(trx);
      if (other !== undefined) return other;
      await trx.insertInto('evidence_key').values(made).execute();
      const { key_id: subject, fingerprint } = made;
      await recordAudit(trx, systemActor, { action: 'evidence-key.make', subject, details: { fingerprint } });
      return made;
    });
  }

  async #make(): Promise<EvidenceKeyRow> {
    const sealing = await SealingKey.open(this.#place);
    const { publicKey, file } = generateKeyPair();
    const { keyId, fingerprint } = publicKey;
    return {
      key_id: keyId,
      fingerprint,
      public_key: formatPublicKey(publicKey),
      sealed: sealing.seal(file.reveal(), aboutOf(fingerprint)),
      sealed_with: sealing.id,
      made_at: new Date(),
      retired_at: null,
    };
  }
}

/** Who makes a key has the audit log to themselves, and so the keys. */
async function holdKeys(trx: Trx): Promise<void> {
  await trx.selectFrom('audit_head').select('sequence').forUpdate().executeTakeFirstOrThrow();
}

function currentRow(db: Db): Promise<EvidenceKeyRow | undefined> {
  return db.selectFrom('evidence_key').selectAll().where('retired_at', 'is', null).executeTakeFirst();
}

function aboutOf(fingerprint: string): string {
  return `sealift evidence key ${fingerprint}`;
}

function shown(row: EvidenceKeyRow): EvidenceKey {
  return {
    keyId: row.key_id,
    fingerprint: row.fingerprint,
    publicKey: row.public_key,
    madeAt: row.made_at.toISOString(),
    retiredAt: row.retired_at?.toISOString() ?? null,
  };
}
