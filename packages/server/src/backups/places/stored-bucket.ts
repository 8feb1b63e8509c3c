import { type BackupBucket, backupBucketSchema } from '@sealift/core/api';
import { canonicalJson } from '@sealift/core/canonical-json';
import { SealiftError } from '@sealift/core/errors';
import { Secret } from '@sealift/core/secret';
import { z } from 'zod';
import { SecretKey, type SecretKeyPlace } from '../../site/secret-key.ts';
import type { Db, Trx } from '../../store/store.ts';
import { storedJson } from '../../store/stored-json.ts';

const documentSchema = backupBucketSchema.extend({ format: z.literal(1) });

/** Where backups are kept, as it is stored. */
export interface StoredBucket {
  /** Grows with every change. */
  readonly revision: number;
  /** Null for the folder of the console. */
  readonly bucket: BackupBucket | null;
  readonly sealed: { readonly text: string; readonly keyId: string } | null;
  readonly changedBy: string | null;
  readonly changedAt: Date | null;
}

/** @throws RECORD_DAMAGED */
export async function readStoredBucket(db: Db): Promise<StoredBucket> {
  const row = await db.selectFrom('backup_store').selectAll().executeTakeFirstOrThrow();
  const { document, secret, key_id: keyId } = row;
  const stored = document === null ? null : storedJson('where backups are kept', document, documentSchema);
  return {
    revision: row.revision,
    bucket: stored === null ? null : backupBucketSchema.parse(stored),
    sealed: secret === null || keyId === null ? null : { text: secret, keyId },
    changedBy: row.changed_by,
    changedAt: row.changed_at,
  };
}

/** Holds the row until the end of the transaction. @returns its revision */
export async function holdBucket(trx: Trx): Promise<number> {
  return (await trx.selectFrom('backup_store').select('revision').forUpdate().executeTakeFirstOrThrow()).revision;
}

/** Writes the row that is held; null is the folder of the console. */
export async function writeBucket(
  trx: Trx,
  revision: number,
  changedBy: string,
  stored: { readonly bucket: BackupBucket; readonly secretKey: Secret; readonly key: SecretKey } | null,
): Promise<void> {
  const document = stored === null ? null : documentOf(stored.bucket);
  await trx
    .updateTable('backup_store')
    .set({
      revision,
      document,
      // Readable only with exactly this document: nobody leads a stored secret to another store.
      secret: stored === null || document === null ? null : stored.key.seal(stored.secretKey.reveal(), document),
      key_id: stored?.key.id ?? null,
      changed_by: changedBy,
      changed_at: new Date(),
    })
    .execute();
}

/** The secret key of a stored bucket. @throws SECRET_KEY_OTHER, SECRET_KEY_INVALID */
export async function openSecretKey(
  place: SecretKeyPlace,
  { bucket, sealed }: Pick<StoredBucket, 'bucket' | 'sealed'>,
): Promise<Secret> {
  const other = (reason: string): SealiftError =>
    new SealiftError('SECRET_KEY_OTHER', { values: { path: place.path, reason } });
  // A key that is made now could not read what was sealed before.
  const key = await SecretKey.open({ ...place, mayBeMade: false });
  if (sealed === null || bucket === null) throw other('there is none');
  if (key.id !== sealed.keyId) throw other(`it was sealed with the key ${sealed.keyId}, not ${key.id}`);
  const text = key.open(sealed.text, documentOf(bucket));
  if (text === undefined) throw other('it was changed since it was sealed');
  return new Secret(text);
}

function documentOf(bucket: BackupBucket): string {
  return canonicalJson({ format: 1, ...bucket });
}
