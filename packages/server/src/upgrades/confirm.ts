import { canonicalJson } from '@sealift/core/canonical-json';
import { SealiftError } from '@sealift/core/errors';
import { next, upgradeFormat } from '@sealift/core/upgrade';
import { recordAudit } from '../audit/audit-log.ts';
import type { Principal } from '../http/principal.ts';
import type { UpgradeServices } from './upgrade-services.ts';
import { siteRevision } from '../store/site-revision.ts';
import { changeAlone } from '../store/change.ts';
import { planDraft } from './freeze.ts';
import { layerChangeOf } from '../merging/layer-merge.ts';
import { assertDraft } from './assert-draft.ts';
import { mergeLayers } from './layer-chain.ts';
import { loadLayers, loadUpgrade } from './queries.ts';
import { observationText, observePlatform } from './evidence/observe.ts';
import { draftChecks } from './preflight/draft-checks.ts';
import { constraintsMet } from './preflight/pack-constraints.ts';
import { countsFor } from './preflight/report.ts';
import { runPreflight } from './preflight/run.ts';
import { rememberLayers } from './resolution-memory.ts';
import { askOrApprove } from './second-person.ts';
import { planText } from './stored-plan.ts';
import { blockersOf } from './upgrade-view.ts';

/**
 * Approves exactly the plan, values and accepted risks whose hash is named, freezes them and locks the console, all in one transaction. The engine
 * takes it from there, in this process or, should it die now, in the next. Where a second person is needed, the first one only asks.
 *
 * @throws NOT_FOUND, UPGRADE_NOT_DRAFT, UPGRADE_CHANGED (another hash, or edited meanwhile), UPGRADE_BLOCKED, SECOND_PERSON_NEEDED, CONSOLE_LOCKED
 */
export async function confirmUpgrade(
  services: UpgradeServices,
  principal: Principal,
  id: string,
  hash: string,
): Promise<void> {
  const { db } = services.store;
  const seen = await loadUpgrade(db, id);
  assertDraft(seen);
  const seenLayers = await mergeLayers(await loadLayers(db, id));
  const seenDraft = await planDraft(db, seen, seenLayers);
  if (seenDraft.hash !== null && seenDraft.hash !== hash)
    throw new SealiftError('UPGRADE_CHANGED', { place: 'body.hash' });
  const siteBefore = await siteRevision(db);
  // Before the transaction: checks talk to the network, and nobody else may wait for that.
  const report = await runPreflight(services, seen);
  const before = observationText(await observePlatform(db, services.cluster.cluster));
  const started = await changeAlone(db, async (trx) => {
    const row = await loadUpgrade(trx, id);
    assertDraft(row);
    const layers = await mergeLayers(await loadLayers(trx, id));
    const draft = await planDraft(trx, row, layers);
    // Edited back and forth the draft can have the hash again, though the site was looked at for another plan, or is another one now.
    const sameSite = (await siteRevision(trx)) === siteBefore;
    if (!sameSite || !countsFor(report, draft.plan)) throw new SealiftError('UPGRADE_CHANGED', { place: id });
    const fitting = await constraintsMet(trx, draft.plan, layers);
    const checks = [...(await draftChecks(draft.plan, layers)), fitting, ...report.checks];
    const [blocker] = await blockersOf(trx, row, draft, checks);
    if (blocker !== undefined) throw new SealiftError('UPGRADE_BLOCKED', { values: { reason: blocker } });
    if (draft.frozen === null || draft.hash !== hash) throw new SealiftError('UPGRADE_CHANGED', { place: 'body.hash' });
    const approval = await askOrApprove(trx, principal, row, hash);
    if (approval.outcome === 'asked') return false;
    await trx
      .updateTable('upgrade')
      .set({
        state: next('draft', 'confirm'),
        format: upgradeFormat,
        plan: planText(draft.plan),
        frozen: canonicalJson(draft.frozen),
        hash,
        preflight: canonicalJson(checks),
        preflight_at: report.at,
        layers: canonicalJson(layers.map(({ summary }) => layerChangeOf(summary))),
        confirmed_by: principal.name,
        confirmed_at: new Date(),
      })
      .where('id', '=', id)
      .execute();
    await trx.insertInto('upgrade_evidence').values({ upgrade_id: id, before, signed: null }).execute();
    await rememberLayers(trx, layers);
    await trx.updateTable('console_lock').set({ upgrade_id: id }).execute();
    await recordAudit(trx, principal, {
      action: 'upgrade.confirm',
      subject: id,
      details: {
        from: row.from_version,
        to: row.to_version,
        hash,
        ...(approval.askedBy === null ? {} : { askedBy: approval.askedBy }),
        risks: (draft.frozen.risks ?? []).map(({ check, by, reason }) => ({ check, by, reason })),
      },
    });
    return true;
  });
  if (started) services.events.publish({ kind: 'lock', subject: id });
  services.events.publish({ kind: 'upgrade', subject: id });
  if (started) services.engine.start(id);
}
