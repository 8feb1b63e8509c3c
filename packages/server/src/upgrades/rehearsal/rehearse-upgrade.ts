import { isSealiftError, SealiftError } from '@sealift/core/errors';
import { lifecycle } from '@sealift/core/upgrade';
import type { Actor } from '../../audit/actor.ts';
import { shownState } from '../../engine/stored-state.ts';
import { installedProfile } from '../../platform/installed.ts';
import { assertDraft } from '../assert-draft.ts';
import { planDraft } from '../freeze.ts';
import { mergeLayers } from '../layer-chain.ts';
import { runPreflight } from '../preflight/run.ts';
import { findUpgrade, loadLayers, loadUpgrade } from '../queries.ts';
import type { UpgradeServices } from '../upgrade-services.ts';
import { rehearsalWish } from './wish.ts';

/**
 * Begins to rehearse a draft's minors of Kubernetes on a copy of the cluster. Once that has ended the site is looked at again, so that the preflight
 * tells of it.
 *
 * @throws NOT_FOUND, UPGRADE_NOT_DRAFT, REHEARSAL_NOT_NEEDED, and what `Rehearsals.begin` throws
 */
export async function rehearseUpgrade(services: UpgradeServices, actor: Actor, id: string): Promise<void> {
  const { db } = services.store;
  const row = await loadUpgrade(db, id);
  assertDraft(row);
  const { plan } = await planDraft(db, row, await mergeLayers(await loadLayers(db, id)));
  const wish = rehearsalWish(plan, await installedProfile(db));
  if (wish.legs.length === 0) throw new SealiftError('REHEARSAL_NOT_NEEDED', { place: id, values: { id } });
  await services.rehearsals.begin({ upgradeId: id, wish, actor, after: () => lookAgain(services, id) });
}

async function lookAgain(services: UpgradeServices, id: string): Promise<void> {
  const row = await findUpgrade(services.store.db, id);
  if (row === undefined || !lifecycle[shownState(row.state)].editable) return;
  try {
    await runPreflight(services, row);
  } catch (error) {
    // It was edited or dropped meanwhile: whoever did that looks.
    if (!isSealiftError(error, 'UPGRADE_CHANGED') && !isSealiftError(error, 'NOT_FOUND')) throw error;
  }
}
