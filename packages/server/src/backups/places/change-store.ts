import type { BackupBucket, BackupStoreRequest } from '@sealift/core/api';
import { SealiftError } from '@sealift/core/errors';
import { Secret } from '@sealift/core/secret';
import { S3Client } from '@sealift/s3/client';
import { addressOf, type S3Settings, wrongPart } from '@sealift/s3/settings';
import { tried, tryStore } from '@sealift/s3/try-store';
import type { Actor } from '../../audit/actor.ts';
import { recordAudit } from '../../audit/audit-log.ts';
import { refuseNoCertificate } from '../../site/asked-settings.ts';
import { SecretKey, type SecretKeyPlace } from '../../site/secret-key.ts';
import { changeWhile } from '../../store/change.ts';
import type { Db } from '../../store/store.ts';
import { holdBucket, openSecretKey, readStoredBucket, type StoredBucket, writeBucket } from './stored-bucket.ts';

/** What the settings of the store are kept with. */
export interface StoreKeeping {
  readonly db: Db;
  readonly secretKey: SecretKeyPlace;
}

/** People wait for it, and a store that answers needs some seconds. */
const tryTimeoutMs = 45_000;

/**
 * Sets where backups are kept from now on, once all that they need was done there. Those that there are stay where they are. While an upgrade runs
 * only the login may change, for the backup of an upgrade must be found where it is.
 *
 * @throws INPUT_INVALID, S3_…, BACKUP_STORE_CHANGED, CONSOLE_LOCKED, SECRET_KEY_…
 */
export async function changeStore(
  { db, secretKey: place }: StoreKeeping,
  actor: Actor,
  request: BackupStoreRequest,
): Promise<void> {
  const stored = await readStoredBucket(db);
  if (stored.revision !== request.revision) throw changed();
  const asked = request.bucket === null ? null : await settingsOf(request.bucket, stored, place);
  if (asked !== null) await tryAll(asked);
  const key = asked === null ? null : await SecretKey.open(place);
  const isSame = asked !== null && stored.bucket !== null && addressOf(asked) === addressOf(stored.bucket);
  await changeWhile(db, isSame, async (trx) => {
    if ((await holdBucket(trx)) !== stored.revision) throw changed();
    if (asked === null || key === null) {
      await writeBucket(trx, stored.revision + 1, actor.name, null);
    } else {
      const { secretKey, ...bucket } = asked;
      await writeBucket(trx, stored.revision + 1, actor.name, { bucket, secretKey, key });
    }
    const nameOf = (bucket: BackupBucket | null) => (bucket === null ? 'the folder' : addressOf(bucket));
    const details = { before: nameOf(stored.bucket), after: nameOf(asked), accessKey: asked?.accessKey ?? null };
    await recordAudit(trx, actor, { action: 'backup.store', subject: 'backups', details });
  });
}

/** Does all that backups need with the store that holds. @returns what was done; nothing for the folder @throws S3_…, SECRET_KEY_… */
export async function checkStore({ db, secretKey: place }: StoreKeeping): Promise<string[]> {
  const stored = await readStoredBucket(db);
  if (stored.bucket === null) return [];
  await tryAll({ ...stored.bucket, secretKey: await openSecretKey(place, stored) });
  return [...tried];
}

async function tryAll(settings: S3Settings): Promise<void> {
  await tryStore(new S3Client(settings), AbortSignal.timeout(tryTimeoutMs));
}

/** The stored secret is used only where it goes where it went before. */
async function settingsOf(
  { secretKey, ...bucket }: NonNullable<BackupStoreRequest['bucket']>,
  stored: StoredBucket,
  place: SecretKeyPlace,
): Promise<S3Settings> {
  const wrong = wrongPart(bucket);
  if (wrong !== null) throw invalid(wrong.field, 'the store', wrong.reason);
  if (bucket.ca !== null) refuseNoCertificate(bucket.ca, 'body.bucket.ca');
  if (secretKey !== undefined) return { ...bucket, secretKey: new Secret(secretKey) };
  const before = stored.bucket;
  const isSame =
    before !== null &&
    before.endpoint === bucket.endpoint &&
    before.accessKey === bucket.accessKey &&
    before.ca === bucket.ca;
  if (isSame) return { ...bucket, secretKey: await openSecretKey(place, stored) };
  const again = 'it is needed again where the address, the access key or the CA changes';
  throw invalid('secretKey', 'the secret key', before === null ? 'this is required' : again);
}

function invalid(field: string, what: string, reason: string): SealiftError {
  return new SealiftError('INPUT_INVALID', { place: `body.bucket.${field}`, values: { what, reason } });
}

function changed(): SealiftError {
  return new SealiftError('BACKUP_STORE_CHANGED', { place: 'body.revision' });
}
