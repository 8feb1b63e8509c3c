import { createHash } from 'node:crypto';
import { isSealiftError } from '@sealift/core/errors';
import type { Backup, BackupPort } from '@sealift/upgrade/ports/backup';
import { systemActor } from '../audit/actor.ts';
import type { BackupKeeper } from './backup-keeper.ts';
import { inStore } from '../store/store-failure.ts';
import type { Db } from '../store/store.ts';
import type { BackupRow } from '../store/tables/backups.ts';

/** The backup of an upgrade: one that was restored on trial, and whose file is still as it was then. */
export function upgradeBackups(db: Db, keeper: BackupKeeper): BackupPort {
  const find: BackupPort['find'] = async (upgradeId) => {
    const rows = await db
      .selectFrom('backup')
      .selectAll()
      .where('upgrade_id', '=', upgradeId)
      .where('proof', 'is not', null)
      .orderBy('created_at', 'desc')
      .execute();
    for (const row of rows) if ((await sha256Of(keeper, row)) === row.sha256) return shown(row);
    return null;
  };
  return {
    find: (upgradeId, cancel) => inStore(() => find(upgradeId, cancel)),
    make: (upgradeId, cancel) =>
      inStore(
        async () =>
          (await find(upgradeId, cancel)) ??
          shown(await keeper.make({ why: 'upgrade', upgradeId }, systemActor, cancel)),
      ),
  };
}

function shown({ reference, sha256, size_bytes: sizeBytes }: BackupRow): Backup {
  return { reference, sha256, sizeBytes };
}

/** @returns null where it is not there; a store that does not answer is another thing @throws S3_…, SECRET_KEY_… */
async function sha256Of(keeper: BackupKeeper, row: BackupRow): Promise<string | null> {
  const hash = createHash('sha256');
  try {
    const place = await keeper.places.of(row);
    for await (const chunk of await place.open(row.reference)) hash.update(chunk as Uint8Array);
    return hash.digest('hex');
  } catch (error) {
    if (row.place === null || isSealiftError(error, 'S3_OBJECT_MISSING') || isSealiftError(error, 'BACKUP_ELSEWHERE')) {
      return null;
    }
    throw error;
  }
}
