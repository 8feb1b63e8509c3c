import { formatPublicKey, type PublicKey, parsePublicKey } from '@sealift/bundle/minisign';
import type { TrustedKey } from '@sealift/core/api';
import { isSealiftError, SealiftError } from '@sealift/core/errors';
import type { Actor } from '../audit/actor.ts';
import { recordAudit } from '../audit/audit-log.ts';
import type { Db, Trx } from '../store/store.ts';

/** The keys whose signatures are accepted, given by an administrator and never learned. */
export async function trustedKeys(db: Db): Promise<PublicKey[]> {
  const rows = await db
    .selectFrom('trusted_key')
    .select('public_key')
    .where('revoked_at', 'is', null)
    .orderBy('added_at')
    .execute();
  return rows.map((row) => parsePublicKey(row.public_key, 'a trusted key'));
}

/** Those and the ones that were revoked since: what they signed and is installed can still be read. */
export async function everTrustedKeys(db: Db): Promise<PublicKey[]> {
  const rows = await db.selectFrom('trusted_key').select('public_key').orderBy('added_at').execute();
  return rows.map((row) => parsePublicKey(row.public_key, 'a key that was trusted'));
}

/** Gives the refusal of a key the remedy that is about the keys of the console: those of a machine are another list. */
export function aboutKeysOfConsole(error: unknown): unknown {
  if (!isSealiftError(error, 'SIGNATURE_KEY_UNTRUSTED')) return error;
  return error.withHint(
    'Compare the fingerprint with the one the vendor published another way; if it is the same, let the console trust the public key of the vendor (Administration, Trusted Keys, or `sealift keys trust FILE --console`) and sync again.',
  );
}

export async function listTrustedKeys(db: Db): Promise<TrustedKey[]> {
  const rows = await db
    .selectFrom('trusted_key')
    .selectAll()
    .where('revoked_at', 'is', null)
    .orderBy('added_at')
    .execute();
  return rows.map((row) => ({
    keyId: row.key_id,
    fingerprint: row.fingerprint,
    publicKey: row.public_key,
    addedAt: row.added_at.toISOString(),
  }));
}

/**
 * Adds a key; adding it again changes nothing, but for one that was revoked: it is trusted again.
 *
 * @throws KEY_FILE_INVALID; INPUT_INVALID when another key with the same ID is trusted already, or was
 */
export async function trustKey(trx: Trx, actor: Actor, text: string): Promise<TrustedKey> {
  const key = parsePublicKey(text, 'the public key');
  const known = (await listTrustedKeys(trx)).find((one) => one.fingerprint === key.fingerprint);
  if (known !== undefined) return known;
  const other = await trx.selectFrom('trusted_key').selectAll().where('key_id', '=', key.keyId).executeTakeFirst();
  if (other !== undefined && other.fingerprint !== key.fingerprint) {
    const reason = `another key with the ID ${key.keyId} is or was trusted, fingerprint ${other.fingerprint}`;
    throw new SealiftError('INPUT_INVALID', { place: 'body.publicKey', values: { what: 'the public key', reason } });
  }
  const { keyId, fingerprint } = key;
  const publicKey = formatPublicKey(key);
  const addedAt = new Date();
  await trx
    .insertInto('trusted_key')
    .values({ key_id: keyId, fingerprint, public_key: publicKey, added_at: addedAt, revoked_at: null })
    .onConflict((conflict) => conflict.column('key_id').doUpdateSet({ added_at: addedAt, revoked_at: null }))
    .execute();
  await recordAudit(trx, actor, { action: 'trusted-key.add', subject: keyId, details: { fingerprint } });
  return { keyId, fingerprint, publicKey, addedAt: addedAt.toISOString() };
}

/**
 * Trusts a key no longer: nothing that it signed is taken or offered any more; what is installed stays, and can be upgraded from.
 *
 * @throws NOT_FOUND
 */
export async function revokeKey(trx: Trx, actor: Actor, keyId: string): Promise<void> {
  const revoked = await trx
    .updateTable('trusted_key')
    .set({ revoked_at: new Date() })
    .where('key_id', '=', keyId)
    .where('revoked_at', 'is', null)
    .returning('fingerprint')
    .executeTakeFirst();
  if (revoked === undefined) throw new SealiftError('NOT_FOUND', { values: { what: 'trusted key', name: keyId } });
  const { fingerprint } = revoked;
  await recordAudit(trx, actor, { action: 'trusted-key.revoke', subject: keyId, details: { fingerprint } });
}
