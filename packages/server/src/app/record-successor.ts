import { programVersion } from '@sealift/core/program-version';
import { systemActor } from '../audit/actor.ts';
import { recordAudit } from '../audit/audit-log.ts';
import { lockedBy } from '../store/change.ts';
import type { Db } from '../store/store.ts';

/** Puts into the audit log that another version takes this one's place, and in the middle of which upgrade. */
export async function recordSuccessor(db: Db, version: string): Promise<void> {
  await db.transaction().execute(async (trx) => {
    await recordAudit(trx, systemActor, {
      action: 'console.hand-over',
      subject: version,
      details: { before: programVersion, after: version, upgrade: await lockedBy(trx) },
    });
  });
}
