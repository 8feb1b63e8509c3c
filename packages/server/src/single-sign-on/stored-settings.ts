import { type SignOnSettings, signOnSettingsSchema } from '@sealift/core/api';
import { canonicalJson } from '@sealift/core/canonical-json';
import { SealiftError } from '@sealift/core/errors';
import { Secret } from '@sealift/core/secret';
import { z } from 'zod';
import { SecretKey, type SecretKeyPlace } from '../site/secret-key.ts';
import type { Db, Trx } from '../store/store.ts';
import { storedJson } from '../store/stored-json.ts';

const documentSchema = signOnSettingsSchema.extend({ format: z.literal(1) });

/** How people sign in at a provider, as it is stored. */
export interface StoredSignOn {
  /** Grows with every change. */
  readonly revision: number;
  /** Null where nobody does. */
  readonly settings: SignOnSettings | null;
  readonly sealed: { readonly text: string; readonly keyId: string } | null;
  readonly changedBy: string | null;
  readonly changedAt: Date | null;
}

/** @throws RECORD_DAMAGED */
export async function readSignOn(db: Db): Promise<StoredSignOn> {
  const row = await db.selectFrom('single_sign_on').selectAll().executeTakeFirstOrThrow();
  const { document, secret, key_id: keyId } = row;
  const stored = document === null ? null : storedJson('the settings of single sign-on', document, documentSchema);
  return {
    revision: row.revision,
    settings: stored === null ? null : signOnSettingsSchema.parse(stored),
    sealed: secret === null || keyId === null ? null : { text: secret, keyId },
    changedBy: row.changed_by,
    changedAt: row.changed_at,
  };
}

/** Holds the row until the end of the transaction. @returns its revision */
export async function holdSignOn(trx: Trx): Promise<number> {
  return (await trx.selectFrom('single_sign_on').select('revision').forUpdate().executeTakeFirstOrThrow()).revision;
}

/** Writes the row that is held; null forgets the settings. */
export async function writeSignOn(
  trx: Trx,
  revision: number,
  changedBy: string,
  stored: { readonly settings: SignOnSettings; readonly clientSecret: Secret; readonly key: SecretKey } | null,
): Promise<void> {
  const document = stored === null ? null : documentOf(stored.settings);
  await trx
    .updateTable('single_sign_on')
    .set({
      revision,
      document,
      // Readable only with exactly this document: nobody leads a stored secret to another provider.
      secret: stored === null || document === null ? null : stored.key.seal(stored.clientSecret.reveal(), document),
      key_id: stored?.key.id ?? null,
      changed_by: changedBy,
      changed_at: new Date(),
    })
    .execute();
}

/** The client's secret. @throws SECRET_KEY_OTHER, SECRET_KEY_INVALID */
export async function openClientSecret(
  place: SecretKeyPlace,
  { settings, sealed }: Pick<StoredSignOn, 'settings' | 'sealed'>,
): Promise<Secret> {
  const other = (reason: string): SealiftError =>
    new SealiftError('SECRET_KEY_OTHER', { values: { path: place.path, reason } });
  // A key that is made now could not read what was sealed before.
  const key = await SecretKey.open({ ...place, mayBeMade: false });
  if (sealed === null || settings === null) throw other('there is none');
  if (key.id !== sealed.keyId) throw other(`it was sealed with the key ${sealed.keyId}, not ${key.id}`);
  const text = key.open(sealed.text, documentOf(settings));
  if (text === undefined) throw other('it was changed since it was sealed');
  return new Secret(text);
}

function documentOf(settings: SignOnSettings): string {
  return canonicalJson({ format: 1, ...settings });
}
