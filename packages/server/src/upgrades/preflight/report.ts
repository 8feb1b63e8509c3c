import { canonicalJson } from '@sealift/core/canonical-json';
import { type Check, checkSchema } from '@sealift/core/check';
import { SealiftError } from '@sealift/core/errors';
import { readRecord } from '@sealift/core/record';
import type { Plan } from '@sealift/core/upgrade';
import { digestOf } from '@sealift/oci/digest';
import { z } from 'zod';
import { shareSite } from '../../store/site-revision.ts';
import type { Db, Trx } from '../../store/store.ts';
import type { UpgradeLayerRow } from '../../store/tables/upgrades.ts';
import { planText } from '../stored-plan.ts';

const format = 1;
const schema = z.object({
  format: z.literal(format),
  // A look from before plans were noted with it tells of no plan, and so counts for none.
  plan: z.string().nullable().default(null),
  checks: z.array(checkSchema),
});

/** What was found when the site was last looked at. */
export interface PreflightReport {
  readonly at: Date;
  readonly checks: readonly Check[];
  /** Digest of the plan that the site was looked at for; null where that is not known. */
  readonly plan: string | null;
}

/** What a person can change of a draft's layers. */
export type DraftEdits = readonly Pick<UpgradeLayerRow, 'layer_id' | 'resolutions' | 'pasted'>[];

/** Names a plan in the report of a look at the site that was made for it. */
export function planDigest(plan: Plan): string {
  return digestOf(planText(plan));
}

/** Whether a look at the site was made for this plan. Edited values alone leave the plan, and what the site is asked, as they were. */
export function countsFor(report: PreflightReport, plan: Plan): boolean {
  return report.plan === planDigest(plan);
}

/** The last look at the site for an upgrade; null while there was none. @throws RECORD_FORMAT_OTHER, RECORD_DAMAGED */
export async function loadReport(db: Db, upgradeId: string): Promise<PreflightReport | null> {
  const row = await db.selectFrom('preflight').selectAll().where('upgrade_id', '=', upgradeId).executeTakeFirst();
  if (row === undefined) return null;
  const { checks, plan } = readRecord('the preflight of the upgrade', { stored: row.report, format, schema });
  return { at: row.at, checks, plan };
}

/**
 * Keeps a look at the site in the place of the one before.
 *
 * @param seen the draft's layers as they were when the look began
 * @param site the revision of the site's settings then
 * @throws NOT_FOUND when the draft was dropped meanwhile, UPGRADE_CHANGED when it or the site's settings were changed: nothing is kept
 */
export async function storeReport(
  db: Db,
  upgradeId: string,
  { at, checks, plan }: PreflightReport,
  seen: DraftEdits,
  site: number,
): Promise<void> {
  const values = { at, report: canonicalJson({ format, plan, checks: [...checks] }) };
  await db.transaction().execute(async (trx) => {
    const found = await trx
      .selectFrom('upgrade')
      .select('id')
      .where('id', '=', upgradeId)
      .forShare()
      .executeTakeFirst();
    if (found === undefined) throw new SealiftError('NOT_FOUND', { values: { what: 'upgrade', name: upgradeId } });
    if (editsText(await loadEdits(trx, upgradeId)) !== editsText(seen)) {
      const hint = 'It was edited while the site was looked at; run the preflight again.';
      throw new SealiftError('UPGRADE_CHANGED', { place: upgradeId, hint });
    }
    if ((await shareSite(trx)) !== site) {
      const hint = 'The settings of the site were changed while it was looked at; run the preflight again.';
      throw new SealiftError('UPGRADE_CHANGED', { place: upgradeId, hint });
    }
    await trx
      .insertInto('preflight')
      .values({ upgrade_id: upgradeId, ...values })
      .onConflict((conflict) => conflict.column('upgrade_id').doUpdateSet(values))
      .execute();
  });
}

function loadEdits(trx: Trx, upgradeId: string): Promise<DraftEdits> {
  return trx
    .selectFrom('upgrade_layer')
    .select(['layer_id', 'resolutions', 'pasted'])
    .where('upgrade_id', '=', upgradeId)
    .orderBy('hop')
    .orderBy('position')
    .execute();
}

function editsText(edits: DraftEdits): string {
  return canonicalJson(edits.map(({ layer_id: layer, resolutions, pasted }) => ({ layer, resolutions, pasted })));
}
