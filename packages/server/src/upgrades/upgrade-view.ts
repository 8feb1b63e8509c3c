import { type AcceptedRisk, covers, isInForce, stopsConfirm } from '@sealift/core/accepted-risk';
import { layerChangeSchema, type ShownRisk, type Upgrade, type UpgradeSummary } from '@sealift/core/api';
import { type Check, checkSchema } from '@sealift/core/check';
import { asSealiftError, isSealiftError } from '@sealift/core/errors';
import {
  currentWait,
  failureOf,
  finaliseStage,
  type JournalEntry,
  type JournalledFailure,
  lifecycle,
  overallFraction,
  type Plan,
  progressOf,
  readFrozen,
} from '@sealift/core/upgrade';
import { journalled } from '@sealift/upgrade/failures';
import { z } from 'zod';
import { readableJournal } from '../engine/journal-store.ts';
import { shownState, storedState } from '../engine/stored-state.ts';
import { installedProfile } from '../platform/installed.ts';
import type { UpgradeServices } from './upgrade-services.ts';
import type { Db } from '../store/store.ts';
import { storedJson } from '../store/stored-json.ts';
import type { UpgradeRow } from '../store/tables/upgrades.ts';
import { type DraftPlan, onFailureOf, planDraft } from './freeze.ts';
import { layerChangeOf } from '../merging/layer-merge.ts';
import { mergeLayers } from './layer-chain.ts';
import { loadLayers } from './queries.ts';
import { draftChecks } from './preflight/draft-checks.ts';
import { constraintsMet } from './preflight/pack-constraints.ts';
import { countsFor, loadReport } from './preflight/report.ts';
import { loadRehearsal } from './rehearsal/stored-rehearsal.ts';
import { readinessOf } from './rollback/readiness.ts';
import { approvalOf } from './second-person.ts';
import { storedPlan } from './stored-plan.ts';

/** What the history shows of an upgrade: its own row and nothing else. One damaged row must not hide the others. */
export function upgradeSummary(row: UpgradeRow): UpgradeSummary {
  return {
    id: row.id,
    product: row.product,
    from: row.from_version,
    to: row.to_version,
    state: shownState(row.state),
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
  const { value: plan, damage } = shown.plan;
  const steps = plan === null ? [] : progressOf(plan, entries);
  return {
    ...summary,
    ...shown,
    plan,
    steps,
    fraction: summary.state === 'succeeded' ? 1 : overallFraction(steps),
    waitingFor: currentWait(steps),
    failure: damagedState(row) ?? damage ?? unreadable ?? failureOf(entries),
    finalise: finaliseOf(row, plan, entries),
    rollback: await readinessOf(services.store.db, row, entries),
    rehearsal: await loadRehearsal(services.store.db, row.id),
    approval: await approvalOf(services.store.db, row, shown.hash),
  };
}

function finaliseOf(row: UpgradeRow, plan: Plan | null, entries: readonly JournalEntry[]): Upgrade['finalise'] {
  const stage = plan === null ? undefined : finaliseStage(plan, entries);
  return stage === undefined ? null : { stage, by: row.finalised_by };
}

/** How far an upgrade is, without merging or checking anything. */
export async function upgradeProgress(db: Db, row: UpgradeRow) {
  const { value: plan } = readPlan(row);
  const steps = plan === null ? [] : progressOf(plan, (await journalOf(db, row.id)).entries);
  return { id: row.id, state: shownState(row.state), fraction: overallFraction(steps), waitingFor: currentWait(steps) };
}

function showConfirmed(row: UpgradeRow) {
  const plan = readPlan(row);
  const layers = readable([], () => storedJson('the layers of the upgrade', row.layers ?? '[]', storedLayersSchema));
  const preflight = readable([], () => storedJson('the preflight', row.preflight ?? '[]', storedChecksSchema));
  const risks = readable<readonly AcceptedRisk[]>([], () =>
    row.frozen === null ? [] : (readFrozen(row.frozen).risks ?? []),
  );
  return {
    plan: { value: plan.value, damage: plan.damage ?? layers.damage ?? preflight.damage ?? risks.damage },
    layers: layers.value,
    preflight: preflight.value,
    risks: shownRisks(risks.value, preflight.value, row.confirmed_at ?? new Date()),
    preflightAt: row.preflight_at?.toISOString() ?? null,
    blockers: [],
    hash: row.hash,
    onFailure: onFailureOf(row),
  };
}

const storedLayersSchema = z.array(layerChangeSchema);
const storedChecksSchema = z.array(checkSchema);

/** What could be read, and what kept the rest from it. */
interface Readable<Value> {
  readonly value: Value;
  readonly damage: JournalledFailure | null;
}

/** What another version wrote, or what was damaged, must not keep the upgrade from being looked at and ended. */
function readable<Value>(otherwise: Value, read: () => Value): Readable<Value> {
  try {
    return { value: read(), damage: null };
  } catch (error) {
    return { value: otherwise, damage: unreadableOf(error) };
  }
}

function readPlan(row: UpgradeRow): Readable<Plan | null> {
  return readable<Plan | null>(null, () => storedPlan(row));
}

function damagedState(row: UpgradeRow): JournalledFailure | null {
  return readable(null, () => storedState(row.state)).damage;
}

async function journalOf(db: Db, id: string) {
  const { entries, unreadable } = await readableJournal(db, id);
  return { entries, unreadable: unreadable === null ? null : unreadableOf(unreadable) };
}

function unreadableOf(error: unknown): JournalledFailure {
  if (isSealiftError(error, 'RECORD_FORMAT_OTHER') || isSealiftError(error, 'RECORD_DAMAGED')) return journalled(error);
  throw asSealiftError(error);
}

async function showDraft({ store: { db } }: UpgradeServices, row: UpgradeRow) {
  const layers = await mergeLayers(await loadLayers(db, row.id));
  const { plan, hash, ...draft } = await planDraft(db, row, layers);
  const last = await loadReport(db, row.id);
  const report = last !== null && countsFor(last, plan) ? last : null;
  const fitting = await constraintsMet(db, plan, layers);
  const checks = [...(await draftChecks(plan, layers)), fitting, ...(report?.checks ?? [])];
  const unseen = report === null ? [last === null ? neverLooked : lookedForAnother] : [];
  const blockers = [...unseen, ...(await blockersOf(db, row, draft, checks))];
  const shownLayers = layers.map(({ summary }) => layerChangeOf(summary));
  const preflightAt = report?.at.toISOString() ?? null;
  const shownPlan: Readable<Plan | null> = { value: plan, damage: null };
  const risks = shownRisks(draft.risks, checks, new Date());
  const onFailure = onFailureOf(row);
  return { plan: shownPlan, layers: shownLayers, preflight: checks, risks, preflightAt, blockers, hash, onFailure };
}

function shownRisks(risks: readonly AcceptedRisk[], checks: readonly Check[], now: Date): ShownRisk[] {
  return risks.map((risk) => ({
    ...risk,
    covers: isInForce(risk, now) && checks.some((check) => covers(risk, check)),
  }));
}

const neverLooked = 'The site was not looked at yet; run the preflight';
const lookedForAnother = 'The plan has changed since the site was looked at; run the preflight again';

/** Why a draft may not be confirmed; empty when it may. An unknown answer blocks like a bad one; neither does where it was accepted. */
export async function blockersOf(
  db: Db,
  row: UpgradeRow,
  draft: Pick<DraftPlan, 'failure' | 'risks'>,
  checks: readonly Check[],
): Promise<string[]> {
  const now = new Date();
  const profile = await installedProfile(db);
  const stale = profile?.revision !== row.profile_revision;
  return [
    ...(stale ? ['The profile has changed since; start the upgrade again'] : []),
    ...(draft.failure === null ? [] : [`${draft.failure.message}. ${draft.failure.hint}`]),
    ...checks
      .filter(
        (check) => stopsConfirm(check) && !draft.risks.some((risk) => isInForce(risk, now) && covers(risk, check)),
      )
      .map(({ detail, remedy }) => `${detail}. ${remedy ?? ''}`.trim()),
  ];
}
