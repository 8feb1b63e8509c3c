import { type Check, checkSchema, layerChangeSchema, type Upgrade, upgradeStateSchema } from '@sealift/core/api';
import { type Plan, planSchema } from '@sealift/core/plan';
import { failureOf, overallFraction, progressOf, waitingFor } from '@sealift/upgrade/progress';
import { z } from 'zod';
import { readJournal } from '../engine/journal-store.ts';
import { installedProfile } from '../platform/installed.ts';
import type { UpgradeServices } from './upgrade-services.ts';
import type { Db } from '../store/store.ts';
import type { UpgradeRow } from '../store/tables.ts';
import { type DraftPlan, planDraft } from './freeze.ts';
import { layerChangeOf, mergeLayer } from './layer-merge.ts';
import { loadLayers } from './load.ts';
import { preflight } from './preflight.ts';

/** An upgrade as the API shows it. A draft is merged, planned and checked anew; a confirmed one is what was frozen. */
export async function upgradeView(services: UpgradeServices, row: UpgradeRow): Promise<Upgrade> {
  const { db } = services.store;
  const journal = await readJournal(db, row.id);
  const shown = row.state === 'draft' ? await showDraft(services, row) : showConfirmed(row);
  const steps = progressOf(shown.plan, journal);
  return {
    id: row.id,
    product: row.product,
    from: row.from_version,
    to: row.to_version,
    state: upgradeStateSchema.parse(row.state),
    ...shown,
    confirmedBy: row.confirmed_by,
    confirmedAt: row.confirmed_at?.toISOString() ?? null,
    finishedAt: row.finished_at?.toISOString() ?? null,
    steps,
    fraction: row.state === 'succeeded' ? 1 : overallFraction(steps),
    waitingFor: waitingFor(steps),
    failure: failureOf(journal),
  };
}

/** How far an upgrade is, without merging or checking anything. */
export async function upgradeProgress(db: Db, row: UpgradeRow) {
  const steps = progressOf(frozenPlan(row), await readJournal(db, row.id));
  const state = upgradeStateSchema.parse(row.state);
  return { id: row.id, state, fraction: overallFraction(steps), waitingFor: waitingFor(steps) };
}

function showConfirmed(row: UpgradeRow) {
  return {
    plan: frozenPlan(row),
    layers: z.array(layerChangeSchema).parse(JSON.parse(row.layers ?? '[]')),
    preflight: z.array(checkSchema).parse(JSON.parse(row.preflight ?? '[]')),
    blockers: [],
    hash: row.hash,
  };
}

async function showDraft(services: UpgradeServices, row: UpgradeRow) {
  const layers = (await loadLayers(services.store.db, row.id)).map(mergeLayer);
  const draft = await planDraft(services.store.db, row, layers);
  const checks = await preflight(services, row, draft.plan, layers);
  const blockers = await blockersOf(services.store.db, row, draft, checks);
  const shownLayers = layers.map(({ preview }) => layerChangeOf(preview));
  return { plan: draft.plan, layers: shownLayers, preflight: checks, blockers, hash: draft.hash };
}

/** Why a draft may not be confirmed; empty when it may. An unknown answer blocks like a bad one. */
export async function blockersOf(
  db: Db,
  row: UpgradeRow,
  draft: DraftPlan,
  checks: readonly Check[],
): Promise<string[]> {
  const profile = await installedProfile(db);
  const stale = profile?.revision !== row.profile_revision;
  return [
    ...(stale ? ['The profile has changed since; start the upgrade again'] : []),
    ...(draft.failure === null ? [] : [`${draft.failure.message}. ${draft.failure.hint}`]),
    ...checks
      .filter(({ outcome }) => outcome === 'block' || outcome === 'unknown')
      .map(({ detail, remedy }) => `${detail}. ${remedy ?? ''}`.trim()),
  ];
}

function frozenPlan(row: UpgradeRow): Plan {
  return planSchema.parse(JSON.parse(row.plan));
}
