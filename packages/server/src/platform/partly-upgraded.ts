import type { PartlyUpgraded } from '@sealift/core/api';
import type { ClusterNode } from '@sealift/core/cluster';
import { layerId } from '@sealift/core/planner';
import {
  begunSteps,
  changesPlatform,
  isFinal,
  isStep,
  type JournalEntry,
  type MergedLayer,
  type Plan,
  type PlanStep,
  readFrozen,
  rollsNodes,
  stepsOfPlan,
  type UpgradeState,
} from '@sealift/core/upgrade';
import type { EndedUpgrade } from '@sealift/upgrade/preflight/cluster-checks';
import type { LayerPlace, LayerStatus } from '@sealift/upgrade/ports/cluster';
import { readableJournal } from '../engine/journal-store.ts';
import { shownState } from '../engine/stored-state.ts';
import type { Db } from '../store/store.ts';
import type { UpgradeRow } from '../store/tables/upgrades.ts';
import { shutOf } from './way-back.ts';
import type { InstalledProfile } from './installed.ts';

/** The upgrade that was ended early, as far as its record can be read. */
export interface EndedEarly extends EndedUpgrade {
  readonly upgrade: string;
  readonly from: string;
  readonly state: UpgradeState;
  readonly endedAt: string | null;
  /** What every layer would run at its end; null where the record is damaged. */
  readonly planned: readonly MergedLayer[] | null;
  /** Whether nodes may have been replaced, for which there is no way back. */
  readonly nodesBegun: boolean;
  /** Of the backup that it made before it changed anything. */
  readonly backup: string | null;
  /** Why it cannot be rolled back; null where it can. */
  readonly shut: string | null;
}

/**
 * The last upgrade, where it was ended before its end and may have changed the platform; null where it has succeeded, was taken back
 * whole, had changed nothing yet, or another release was recorded since.
 */
export async function endedEarly(db: Db, profile: InstalledProfile | null): Promise<EndedEarly | null> {
  const row = await db
    .selectFrom('upgrade')
    .selectAll()
    .where('confirmed_at', 'is not', null)
    .orderBy('confirmed_at', 'desc')
    .limit(1)
    .executeTakeFirst();
  if (row === undefined || profile === null) return null;
  const state = shownState(row.state);
  if (!isFinal(state) || state === 'succeeded' || state === 'rolled-back' || isPast(row, profile)) return null;
  const { entries, unreadable } = await readableJournal(db, row.id);
  const approved = approvedOf(row);
  const steps = approved === null ? null : begunOf(approved.plan, entries, unreadable !== null);
  if (steps?.length === 0) return null;
  const backup = await db
    .selectFrom('backup')
    .select('reference')
    .where('upgrade_id', '=', row.id)
    .orderBy('created_at', 'desc')
    .limit(1)
    .executeTakeFirst();
  const touched = steps === null ? null : new Set(steps.flatMap(layerOf));
  return {
    upgrade: row.id,
    from: row.from_version,
    to: row.to_version,
    state,
    endedAt: row.finished_at?.toISOString() ?? null,
    planned: approved?.hops.at(-1)?.layers ?? null,
    nodesBegun: steps === null || steps.some(rollsNodes),
    backup: backup?.reference ?? null,
    shut: unreadable === null ? ((await shutOf(db, row, entries))?.reason ?? null) : unreadable.message,
    touches: (place) => touched === null || touched.has(layerId(place)),
  };
}

/** New values that were ended early and cannot be taken back: others, or those that are recorded, are the way on, and Confirm proves what comes of it. */
export function isLeftByNewValues({ from, to, shut }: EndedEarly): boolean {
  return from === to && shut !== null;
}

/** Whether a layer may run other values than are recorded, because of such an end. */
export function mayRunOthers(ended: EndedEarly | null, layer: LayerPlace): boolean {
  return ended !== null && isLeftByNewValues(ended) && ended.touches(layer);
}

/** What the platform runs now, beside what is recorded and what was planned. */
export function partlyUpgraded(
  ended: EndedEarly,
  profile: InstalledProfile,
  seen: { readonly nodes: readonly ClusterNode[]; readonly layers: readonly LayerStatus[] },
): PartlyUpgraded {
  const { upgrade, from, to, state, endedAt } = ended;
  const places = new Map<string, LayerPlace>();
  for (const place of [...profile.layers, ...(ended.planned ?? []), ...seen.layers]) places.set(layerId(place), place);
  const layers = [...places.values()].map(({ layer, pack }) => {
    const versionIn = (list: readonly (LayerPlace & { readonly version: string })[]) =>
      list.find((one) => one.layer === layer && one.pack === pack)?.version ?? null;
    const recorded = versionIn(profile.layers);
    return { layer, pack, runs: versionIn(seen.layers), recorded, planned: versionIn(ended.planned ?? []) };
  });
  const groups = Map.groupBy(seen.nodes, ({ version, template }) => `${version} ${template}`).values();
  const nodes = [...groups].flatMap((group) => {
    const [first] = group;
    return first === undefined ? [] : [{ version: first.version, template: first.template, count: group.length }];
  });
  return {
    upgrade,
    from,
    to,
    state,
    endedAt,
    layers: layers.filter(({ runs, recorded }) => runs !== recorded),
    nodes,
    continueBy: continueText(ended),
    goBackBy: goBackText(ended),
  };
}

function continueText({ from, to, shut }: EndedEarly): string {
  if (from !== to) return `Start the upgrade to ${to} again. What is done already is looked at and not done again.`;
  return shut === null
    ? 'New values are refused until it is rolled back; after that apply them again, on the page Profile.'
    : 'Apply the values again, or others, on the page Profile. What is done already is looked at and not done again.';
}

function goBackText(ended: EndedEarly): string {
  const { upgrade, from, backup, nodesBegun, shut } = ended;
  if (shut === null) {
    return `Roll it back, in Update Management or with \`sealift upgrade rollback ${upgrade}\`: packs and values of ${from} are put back.`;
  }
  if (isLeftByNewValues(ended)) {
    return `It cannot be rolled back: ${shut}. The profile still records the values of before: apply those again, on the page Profile.`;
  }
  const values =
    backup === null
      ? `The profile still records the packs and values of ${from}`
      : `The backup ${backup} and the profile hold the packs and values of ${from}`;
  const nodes = nodesBegun
    ? ' Nodes that were replaced cannot go back to an older Kubernetes: restore them from backups of your own, or continue.'
    : ' No node was replaced.';
  return `It cannot be rolled back: ${shut}. ${values}; apply those of the layers named here by hand.${nodes}`;
}

/** A release that was recorded after this upgrade began, and not by one of its own hops. */
function isPast(row: UpgradeRow, profile: InstalledProfile): boolean {
  const isForValues = row.from_version === row.to_version;
  if (!isForValues && profile.releaseDigest === row.release_digest) return true;
  return profile.revision !== row.profile_revision && profile.recordedBy !== `upgrade ${row.id}`;
}

function approvedOf(row: UpgradeRow) {
  try {
    return row.frozen === null ? null : readFrozen(row.frozen);
  } catch {
    return null;
  }
}

/** Steps that changed the platform, or may have. Where a line of the journal is damaged, any of them may. */
function begunOf(plan: Plan, entries: readonly JournalEntry[], isDamaged: boolean): PlanStep[] {
  const begun = begunSteps(entries);
  return stepsOfPlan(plan).filter(
    (step) => (isDamaged || begun.has(step.id)) && changesPlatform(step) && step.kind !== 'validate',
  );
}

function layerOf(step: PlanStep): string[] {
  return isStep(step, 'layer') || isStep(step, 'remove-layer') ? [layerId(step.target)] : [];
}
