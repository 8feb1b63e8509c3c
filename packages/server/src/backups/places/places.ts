import type { BackupStore } from '@sealift/core/api';
import { SealiftError } from '@sealift/core/errors';
import { addressOf } from '@sealift/s3/settings';
import type { SecretKeyPlace } from '../../site/secret-key.ts';
import type { Db } from '../../store/store.ts';
import type { BackupRow } from '../../store/tables/backups.ts';
import { bucketPlace } from './bucket-place.ts';
import { folderPlace } from './folder-place.ts';
import type { BackupPlace } from './place.ts';
import { openSecretKey, readStoredBucket } from './stored-bucket.ts';

/** The places that the backups of a console are in. */
export class BackupPlaces {
  readonly #db: Db;
  readonly #key: SecretKeyPlace;
  readonly folder: string;

  constructor({ db, folder, key }: { readonly db: Db; readonly folder: string; readonly key: SecretKeyPlace }) {
    this.#db = db;
    this.#key = key;
    this.folder = folder;
  }

  /** Where the next backup goes. @throws RECORD_DAMAGED, SECRET_KEY_… */
  async current(): Promise<BackupPlace> {
    const stored = await readStoredBucket(this.#db);
    if (stored.bucket === null) return folderPlace(this.folder);
    return bucketPlace({ ...stored.bucket, secretKey: await openSecretKey(this.#key, stored) }, this.folder);
  }

  /** Where a backup lies. @throws BACKUP_ELSEWHERE where that is no longer the console's, RECORD_DAMAGED, SECRET_KEY_… */
  async of({ place, reference }: Pick<BackupRow, 'place' | 'reference'>): Promise<BackupPlace> {
    if (place === null) return folderPlace(this.folder);
    const { bucket } = await readStoredBucket(this.#db);
    const current = bucket === null ? this.folder : addressOf(bucket);
    if (current !== place) throw new SealiftError('BACKUP_ELSEWHERE', { values: { reference, place, current } });
    return await this.current();
  }

  /** What of the settings is no secret. @throws RECORD_DAMAGED */
  async view(): Promise<BackupStore> {
    const { revision, bucket, changedBy, changedAt } = await readStoredBucket(this.#db);
    const place = bucket === null ? this.folder : addressOf(bucket);
    return { revision, bucket, place, changedBy, changedAt: changedAt?.toISOString() ?? null };
  }
}
