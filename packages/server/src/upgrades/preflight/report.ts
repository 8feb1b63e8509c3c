import { canonicalJson } from '@sealift/core/canonical-json';
import { type Check, checkSchema } from '@sealift/core/check';
import { SealiftError } from '@sealift/core/errors';
import { readRecord } from '@sealift/core/record';
import { z } from 'zod';
import type { Db } from '../../store/store.ts';

const format = 1;
const schema = z.object({ format: z.literal(format), checks: z.array(checkSchema) });

/** What was found when the site was last looked at. */
export interface PreflightReport {
  readonly at: Date;
  readonly checks: readonly Check[];
}

/** The last look at the site for an upgrade; null while there was none. @throws RECORD_FORMAT_OTHER, RECORD_DAMAGED */
export async function loadReport(db: Db, upgradeId: string): Promise<PreflightReport | null> {
  const row = await db.selectFrom('preflight').selectAll().where('upgrade_id', '=', upgradeId).executeTakeFirst();
  if (row === undefined) return null;
  const { checks } = readRecord('the preflight of the upgrade', { stored: row.report, format, schema });
  return { at: row.at, checks };
}

/** Keeps a look at the site in the place of the one before. @throws NOT_FOUND when the draft was dropped meanwhile */
export async function storeReport(db: Db, upgradeId: string, { at, checks }: PreflightReport): Promise<void> {
  const values = { at, report: canonicalJson({ format, checks: [...checks] }) };
  await db.transaction().execute(async (trx) => {
    const found = await trx
      .selectFrom('upgrade')
      .select('id')
      .where('id', '=', upgradeId)
      .forShare()
      .executeTakeFirst();
    if (found === undefined) throw new SealiftError('NOT_FOUND', { values: { what: 'upgrade', name: upgradeId } });
    await trx
      .insertInto('preflight')
      .values({ upgrade_id: upgradeId, ...values })
      .onConflict((conflict) => conflict.column('upgrade_id').doUpdateSet(values))
      .execute();
  });
}
