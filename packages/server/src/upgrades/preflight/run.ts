import type { UpgradeServices } from '../upgrade-services.ts';
import type { UpgradeRow } from '../../store/tables.ts';
import { planDraft } from '../freeze.ts';
import { mergeLayers } from '../merge-cache.ts';
import { loadLayers } from '../queries.ts';
import { type PreflightReport, storeReport } from './report.ts';
import { siteChecks } from './site-checks.ts';

/** Looks at the site for a draft, now, and keeps what was found with the time. */
export async function runPreflight(services: UpgradeServices, row: UpgradeRow): Promise<PreflightReport> {
  const { db } = services.store;
  const { plan } = await planDraft(db, row, await mergeLayers(await loadLayers(db, row.id)));
  const report = { checks: await siteChecks(services, row, plan), at: new Date() };
  await storeReport(db, row.id, report);
  return report;
}
