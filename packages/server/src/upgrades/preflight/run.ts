import type { UpgradeServices } from '../upgrade-services.ts';
import type { UpgradeRow } from '../../store/tables/upgrades.ts';
import { siteRevision } from '../../store/site-revision.ts';
import { planDraft } from '../freeze.ts';
import { mergeLayers } from '../layer-chain.ts';
import { loadLayers } from '../queries.ts';
import { planDigest, type PreflightReport, storeReport } from './report.ts';
import { siteChecks } from './site-checks.ts';

/**
 * Looks at the site for a draft, now, and keeps what was found with the time and the plan that it was looked at for.
 *
 * @throws NOT_FOUND, UPGRADE_CHANGED where the draft was dropped or edited while the site was looked at
 */
export async function runPreflight(services: UpgradeServices, row: UpgradeRow): Promise<PreflightReport> {
  const { db } = services.store;
  const layers = await loadLayers(db, row.id);
  const merged = await mergeLayers(layers);
  const { plan } = await planDraft(db, row, merged);
  const site = await siteRevision(db);
  const checks = await siteChecks(services, row, plan, merged);
  const report = { checks, at: new Date(), plan: planDigest(plan) };
  await storeReport(db, row.id, report, layers, site);
  return report;
}
