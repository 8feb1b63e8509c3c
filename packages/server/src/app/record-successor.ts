import { programVersion } from '@sealift/core/program-version';
import { systemActor } from '../audit/actor.ts';
import { recordAudit } from '../audit/audit-log.ts';
import { lockedBy } from '../store/change.ts';
import type { Db } from '../store/store.ts';

/**
 * Puts into the audit log that another version is to take this one's place, and in the middle of which upgrade.
 *
 * @param failed why it did not, so that this one goes on
 */
export async function recordSuccessor(db: Db, version: string, failed?: string): Promise<void> {
  await db.transaction().execute(async (trx) => {
    await recordAudit(trx, systemActor, {
      action: failed === undefined ? 'console.hand-over' : 'console.hand-over-failed',
      subject: version,
      details: { before: programVersion, after: version, upgrade: await lockedBy(trx), reason: failed ?? '' },
    });
  });
}
