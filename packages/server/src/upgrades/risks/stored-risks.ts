import { type AcceptedRisk, acceptedRiskSchema } from '@sealift/core/accepted-risk';
import { canonicalJson } from '@sealift/core/canonical-json';
import { readRecord } from '@sealift/core/record';
import { z } from 'zod';
import type { Db, Trx } from '../../store/store.ts';

const format = 1;
const schema = z.object({ format: z.literal(format), risk: acceptedRiskSchema });

/** What persons accepted for a draft, by the name of the check; what has ended too. @throws RECORD_FORMAT_OTHER, RECORD_DAMAGED */
export async function loadRisks(db: Db, upgradeId: string): Promise<readonly AcceptedRisk[]> {
  const rows = await db
    .selectFrom('accepted_risk')
    .select('risk')
    .where('upgrade_id', '=', upgradeId)
    .orderBy('check_name')
    .execute();
  return rows.map((row) => readRecord('a risk that was accepted', { stored: row.risk, format, schema }).risk);
}

/** Keeps what was accepted, in the place of an earlier acceptance of the same check. */
export async function storeRisk(trx: Trx, upgradeId: string, risk: AcceptedRisk): Promise<void> {
  const stored = canonicalJson({ format, risk });
  await trx
    .insertInto('accepted_risk')
    .values({ upgrade_id: upgradeId, check_name: risk.check, risk: stored })
    .onConflict((conflict) => conflict.columns(['upgrade_id', 'check_name']).doUpdateSet({ risk: stored }))
    .execute();
}

/** @returns whether there was one */
export async function dropRisk(trx: Trx, upgradeId: string, check: string): Promise<boolean> {
  const dropped = await trx
    .deleteFrom('accepted_risk')
    .where('upgrade_id', '=', upgradeId)
    .where('check_name', '=', check)
    .returning('check_name')
    .execute();
  return dropped.length > 0;
}
