import { layerChangeSchema, type Upgrade, type UpgradeSummary } from '@sealift/core/api';
import { type Check, checkSchema } from '@sealift/core/check';
import { asSealiftError, isSealiftError } from '@sealift/core/errors';
import {
  currentWait,
  failureOf,
  type JournalEntry,
  type JournalledFailure,
  lifecycle,
  overallFraction,
  type Plan,
  progressOf,
  upgradeStateSchema,
} from '@sealift/core/upgrade';
import { journalled } from '@sealift/upgrade/failures';
import { z } from 'zod';
import { readJournal } from '../engine/journal-store.ts';
import { installedProfile } from '../platform/installed.ts';
import type { UpgradeServices } from './upgrade-services.ts';
import type { Db } from '../store/store.ts';
import type { UpgradeRow } from '../store/tables.ts';
import { type DraftPlan, planDraft } from './freeze.ts';
import { layerChangeOf } from '../merging/layer-merge.ts';
import { mergeLayers } from './merge-cache.ts';
import { loadLayers } from './queries.ts';
import { draftChecks } from './preflight/draft-checks.ts';
import { loadReport } from './preflight/report.ts';
import { storedPlan } from './stored-plan.ts';

/** What the history shows of an upgrade: its own row and nothing else. */
export function upgradeSummary(row: UpgradeRow): UpgradeSummary {
  return {
    id: row.id,
    product: row.product,
    from: row.from_version,
    to: row.to_version,
    state: upgradeStateSchema.parse(row.state),
    createdAt: row.created_at.toISOString(),
    confirmedBy: row.confirmed_by,
    confirmedAt: row.confirmed_at?.toISOString() ?? null,
    finishedAt: row.finished_at?.toISOString() ?? null,
  };
}

/**
 * An upgrade as the API shows it. A draft is what it is now, with the last look at the site; a confirmed one is what was frozen.
 * Nothing outside is asked.
 */
export async function upgradeView(services: UpgradeServices, row: UpgradeRow): Promise<Upgrade> {
  const summary = upgradeSummary(row);
  const shown = lifecycle[summary.state].editable ? await showDraft(services, row) : showConfirmed(row);
  const { entries, unreadable } = await journalOf(services.store.db, row.id);
  const steps = shown.plan === null ? [] : progressOf(shown.plan, entries);
  return {
    ...summary,
    ...shown,
    steps,
    fraction: summary.state === 'succeeded' ? 1 : overallFraction(steps),
    waitingFor: currentWait(steps),
    failure: shown.unreadable ?? unreadable ?? failureOf(entries),
  };
}

/** How far an upgrade is, without merging or checking anything. */
export async function upgradeProgress(db: Db, row: UpgradeRow) {
  const { plan } = readPlan(row);
  const steps = plan === null ? [] : progressOf(plan, (await journalOf(db, row.id)).entries);
  const state = upgradeStateSchema.parse(row.state);
  return { id: row.id, state, fraction: overallFraction(steps), waitingFor: currentWait(steps) };
}

function showConfirmed(row: UpgradeRow) {
  return {
    ...readPlan(row),
    layers: z.array(layerChangeSchema).parse(JSON.parse(row.layers ?? '[]')),
    preflight: z.array(checkSchema).parse(JSON.parse(row.preflight ?? '[]')),
    preflightAt: row.preflight_at?.toISOString() ?? null,
    blockers: [],
    hash: row.hash,
  };
}

/** What another version wrote, or what was damaged, must not keep the upgrade from being looked at and ended. */
function readPlan(row: UpgradeRow): { plan: Plan | null; unreadable: JournalledFailure | null } {
  try {
    return { plan: storedPlan(row), unreadable: null };
  } catch (error) {
    return { plan: null, unreadable: unreadableOf(error) };
  }
}

async function journalOf(
  db: Db,
  id: string,
): Promise<{ entries: readonly JournalEntry[]; unreadable: JournalledFailure | null }> {
  try {
    return { entries: await readJournal(db, id), unreadable: null };
  } catch (error) {
    return { entries: [], unreadable: unreadableOf(error) };
  }
}

function unreadableOf(error: unknown): JournalledFailure {
  if (isSealiftError(error, 'RECORD_FORMAT_OTHER') || isSealiftError(error, 'RECORD_DAMAGED')) return journalled(error);
  throw asSealiftError(error);
}

async function showDraft({ store: { db } }: UpgradeServices, row: UpgradeRow) {
  const layers = await mergeLayers(await loadLayers(db, row.id));
  const { plan, hash, ...draft } = await planDraft(db, row, layers);
  const report = await loadReport(db, row.id);
  const checks = [...(await draftChecks(plan, layers)), ...(report?.checks ?? [])];
  const unseen = report === null ? ['The site was not looked at yet; run the preflight'] : [];
  const blockers = [...unseen, ...(await blockersOf(db, row, draft, checks))];
  const shownLayers = layers.map(({ preview }) => layerChangeOf(preview));
  const preflightAt = report?.at.toISOString() ?? null;
  return { plan, unreadable: null, layers: shownLayers, preflight: checks, preflightAt, blockers, hash };
}

/** Why a draft may not be confirmed; empty when it may. An unknown answer blocks like a bad one. */
export async function blockersOf(
  db: Db,
  row: UpgradeRow,
  draft: Pick<DraftPlan, 'failure'>,
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
