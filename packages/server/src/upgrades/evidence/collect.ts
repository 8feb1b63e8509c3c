import { isSealiftError, reasonOf } from '@sealift/core/errors';
import { checkSchema } from '@sealift/core/check';
import {
  type Observation,
  stepEvidenceOf,
  type UpgradeEvidence,
  upgradeEvidenceFormat,
  upgradeEvidenceSchema,
} from '@sealift/core/evidence';
import { maskData } from '@sealift/core/secret';
import {
  failureOf,
  type FrozenUpgrade,
  type JournalEntry,
  type JournalledFailure,
  type Plan,
  readFrozen,
} from '@sealift/core/upgrade';
import { hashOfFrozen } from '@sealift/upgrade/frozen';
import { z } from 'zod';
import { readableJournal } from '../../engine/journal-store.ts';
import { shownState } from '../../engine/stored-state.ts';
import { summary, type SummarySources } from '../../platform/summary.ts';
import type { Db } from '../../store/store.ts';
import { storedJson } from '../../store/stored-json.ts';
import type { UpgradeRow } from '../../store/tables/upgrades.ts';
import { storedPlan } from '../stored-plan.ts';
import { mergesOf } from './merges.ts';
import { observePlatform, readObservation } from './observe.ts';
import { verifiedReleases } from './verified-releases.ts';

/**
 * Puts together what is known of an upgrade that has ended: from the store, and from a look at the platform now. What cannot be read or looked at
 * is told in its place. Every secret in it reads `***`.
 */
export async function collectEvidence(
  sources: SummarySources,
  row: UpgradeRow,
  cancel?: AbortSignal,
): Promise<UpgradeEvidence> {
  const { db } = sources.store;
  const after = await observePlatform(db, sources.cluster.cluster, cancel);
  const { statements } = await summary(sources);
  const site = await sources.cluster.facts().catch(() => null);
  const { entries, unreadable } = await readableJournal(db, row.id);
  const { frozen, plan, problem } = approvedOf(row);
  const audit = await db.selectFrom('audit_head').select(['sequence', 'hash']).executeTakeFirstOrThrow();
  const evidence: UpgradeEvidence = {
    kind: 'sealift-upgrade-evidence',
    format: upgradeEvidenceFormat,
    writtenAt: new Date().toISOString(),
    upgrade: {
      id: row.id,
      product: row.product,
      from: row.from_version,
      to: row.to_version,
      createdAt: row.created_at.toISOString(),
      finishedAt: row.finished_at?.toISOString() ?? null,
      state: shownState(row.state),
      failure: endedBy(entries),
    },
    site: { simulated: site?.connected === true ? site.simulated : null, vcenter: site?.vcenterHost ?? null },
    approval: {
      ...(await askedBy(db, row.id)),
      by: row.confirmed_by,
      at: row.confirmed_at?.toISOString() ?? null,
      hash: row.hash,
      problem,
    },
    plan,
    merges: await mergesOf(db, row),
    risks: frozen?.risks ?? [],
    preflight: { at: row.preflight_at?.toISOString() ?? null, checks: checksOf(row) },
    releases: plan === null ? [] : await verifiedReleases(db, row.product, plan.hops),
    course: courseOf(entries),
    steps: plan === null ? [] : stepEvidenceOf(plan, entries),
    journal: { entries: entries.length, problem: unreadable?.message ?? null },
    before: await before(db, row.id),
    after,
    statements,
    audit,
  };
  return upgradeEvidenceSchema.parse(maskData(evidence));
}

/** Who asked for what another person approved; nothing where it needed none. */
async function askedBy(db: Db, id: string): Promise<{ readonly askedBy?: string }> {
  const asked = await db
    .selectFrom('confirm_request')
    .select('asked_by')
    .where('upgrade_id', '=', id)
    .executeTakeFirst();
  return asked === undefined ? {} : { askedBy: asked.asked_by };
}

interface Approved {
  readonly frozen: FrozenUpgrade | null;
  readonly plan: Plan | null;
  readonly problem: string | null;
}

function approvedOf(row: UpgradeRow): Approved {
  try {
    if (row.frozen === null)
      return { frozen: null, plan: storedPlan(row), problem: 'what was confirmed is not stored' };
    const frozen = readFrozen(row.frozen);
    const isApproved = hashOfFrozen(frozen) === row.hash;
    return { frozen, plan: frozen.plan, problem: isApproved ? null : 'what is stored has another hash' };
  } catch (error) {
    if (!isSealiftError(error)) throw error;
    return { frozen: null, plan: null, problem: reasonOf(error) };
  }
}

/** The last failure that was not overcome; what a person aborted for another reason has none. */
function endedBy(entries: readonly JournalEntry[]): JournalledFailure | null {
  const last = entries.findLast(({ phase }) => phase === 'state');
  return failureOf(entries) ?? (last?.phase === 'state' ? (last.data.failure ?? null) : null);
}

function courseOf(entries: readonly JournalEntry[]): UpgradeEvidence['course'] {
  return entries.flatMap((entry) => {
    if (entry.phase !== 'state') return [];
    const { state, by = null, reason = null } = entry.data;
    return [{ at: entry.at, state, by, reason }];
  });
}

function checksOf(row: UpgradeRow): UpgradeEvidence['preflight']['checks'] {
  try {
    return storedJson('the preflight', row.preflight ?? '[]', z.array(checkSchema));
  } catch (error) {
    if (isSealiftError(error)) return [];
    throw error;
  }
}

async function before(db: Db, id: string): Promise<Observation | null> {
  const kept = await db.selectFrom('upgrade_evidence').select('before').where('upgrade_id', '=', id).executeTakeFirst();
  const stored = kept?.before ?? null;
  try {
    return stored === null ? null : readObservation(stored);
  } catch (error) {
    if (isSealiftError(error)) return null;
    throw error;
  }
}
