import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { BackupKeeper, type BackupParts } from '../backups/backup-keeper.ts';
import { BackupPlaces } from '../backups/places/places.ts';
import type { BackedUpPlatform } from '../backups/platform-records.ts';
import { EventBus } from '../notify/event-bus.ts';
import { SecretKey, type SecretKeyPlace } from '../site/secret-key.ts';
import type { Db } from '../store/store.ts';

const noPlatform: BackedUpPlatform = {
  async *records() {
    yield { record: 'omitted', what: 'the cluster', why: 'there is none' };
  },
};

const keyFolder = mkdtempSync(join(tmpdir(), 'sealift-key-'));
afterAll(() => rmSync(keyFolder, { recursive: true, force: true }));

/** Where tests keep the key of backups, one for a file of tests. */
export const testKey: SecretKeyPlace = { path: join(keyFolder, 'secret-key'), mayBeMade: true };

/** A keeper of backups in a folder, of a store and no cluster. */
export function keeperOf(
  db: Db,
  folder: string,
  platform: BackedUpPlatform = noPlatform,
  load?: BackupParts['load'],
): BackupKeeper {
  const places = new BackupPlaces({ db, folder, key: testKey });
  return new BackupKeeper({ db, places, key: testKey, platform, events: new EventBus(), load });
}

export function openTestKey(): Promise<SecretKey> {
  return SecretKey.open(testKey);
}
