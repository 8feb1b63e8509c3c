import { type AcceptedRisk, isInForce } from '@sealift/core/accepted-risk';
import { asSealiftError, type SealiftError } from '@sealift/core/errors';
import { buildRoutePlan, type HopInput, newSetupOf } from '@sealift/core/planner';
import {
  type FrozenUpgrade,
  freeze,
  type LayersBefore,
  type MergedLayer,
  type OnFailure,
  onFailureSchema,
  type Plan,
} from '@sealift/core/upgrade';
import { digestOf } from '@sealift/oci/digest';
import { hashOfFrozen } from '@sealift/upgrade/frozen';
import { installedRelease, storedRelease, storedReleases } from '../catalogue/stored-release.ts';
import { installedProfile } from '../platform/installed.ts';
import { endedEarly, mayRunOthers } from '../platform/partly-upgraded.ts';
import type { Db } from '../store/store.ts';
import type { UpgradeRow } from '../store/tables/upgrades.ts';
import type { MergedLayerRow } from '../merging/layer-merge.ts';
import { loadRisks } from './risks/stored-risks.ts';
import { storedPlan } from './stored-plan.ts';

/** A draft as it would be executed now. */
export interface DraftPlan {
  readonly plan: Plan;
  /** Null while a conflict is open, or the plan cannot be made any more. */
  readonly frozen: FrozenUpgrade | null;
  readonly hash: string | null;
  /** What was accepted; what has ended too, which is not frozen. */
  readonly risks: readonly AcceptedRisk[];
  /** Why the plan cannot be made from the signed releases. */
  readonly failure: SealiftError | null;
}

/** Makes the plan from the signed releases, verified again, and freezes it with the merged texts and the accepted risks that have not ended. */
export async function planDraft(db: Db, row: UpgradeRow, layers: readonly MergedLayerRow[]): Promise<DraftPlan> {
  try {
    const plan = await planOf(db, row, layers);
    const risks = await loadRisks(db, row.id);
    const isOpen = layers.some(({ summary }) => summary.openConflicts > 0);
    if (isOpen) return { plan, frozen: null, hash: null, risks, failure: null };
    const now = new Date();
    const inForce = risks.filter((risk) => isInForce(risk, now));
    const chosen = { risks: inForce, before: await layersNow(db), onFailure: onFailureOf(row) };
    const hops = plan.hops.map((_, hop) => ({ layers: ofHop(layers, hop).flatMap(mergedLayer) }));
    const frozen = freeze(plan, hops, chosen);
    return { plan, frozen, hash: hashOfFrozen(frozen), risks, failure: null };
  } catch (error) {
    return { plan: storedPlan(row), frozen: null, hash: null, risks: [], failure: asSealiftError(error) };
  }
}

/** What a failure does, as it was chosen for a draft; who chose nothing has it stop. */
export function onFailureOf({ on_failure }: Pick<UpgradeRow, 'on_failure'>): OnFailure {
  return onFailureSchema.catch('stop').parse(on_failure);
}

/** What the site runs, as it is recorded: what going back would lead to. */
async function layersNow(db: Db): Promise<LayersBefore | undefined> {
  const profile = await installedProfile(db);
  if (profile === null) return undefined;
  const layers = profile.layers.map(({ layer, pack, version, digest, currentValues: values, baseValues }) => {
    return { layer, pack, version, digest, values, base: digestOf(baseValues) };
  });
  return { release: profile.releaseDigest, layers };
}

async function planOf(db: Db, row: UpgradeRow, layers: readonly MergedLayerRow[]): Promise<Plan> {
  const installed = await installedRelease(db, row.from_version, row.product);
  // Values that are recorded are applied too where others, whose upgrade was ended early, may run.
  const ended = row.from_version === row.to_version ? await endedEarly(db, await installedProfile(db)) : null;
  const hops: HopInput[] = [];
  for (const [index, { to }] of storedPlan(row).hops.entries()) {
    const { release: target, digest: targetDigest } = await storedRelease(db, to, row.product);
    const own = ofHop(layers, index);
    const isEdited = ({ row: { pasted, pack }, summary: { layer }, changes }: MergedLayerRow): boolean =>
      changes || (pasted !== null && mayRunOthers(ended, { layer, pack }));
    const editedLayers = own.filter(isEdited).map((one) => one.row.layer_id);
    const before = own.map((one) => ({ layer: one.summary.layer, pack: one.row.pack, values: one.row.current }));
    const newSetup = newSetupOf(before, own.flatMap(mergedLayer));
    hops.push({ target, targetDigest, editedLayers, newSetup, reversible: row.reversible });
  }
  const known = (await storedReleases(db)).map(({ release }) => release);
  return buildRoutePlan({ installed: installed.release, hops, known });
}

function ofHop(layers: readonly MergedLayerRow[], hop: number): readonly MergedLayerRow[] {
  return layers.filter(({ row }) => row.hop === hop);
}

function mergedLayer({ row, summary, text }: MergedLayerRow): MergedLayer[] {
  if (text === null || row.to_version === null || row.to_digest === null) return [];
  const base = digestOf(row.from_version === null ? row.incoming : row.base);
  return [{ layer: summary.layer, pack: row.pack, version: row.to_version, digest: row.to_digest, values: text, base }];
}
