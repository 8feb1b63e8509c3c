import { isSealiftError } from '@sealift/core/errors';
import {
  type JournalEntry,
  type NodeCounts,
  readLine,
  samplesOf,
  statesWhere,
  type StepSample,
} from '@sealift/core/upgrade';
import { z } from 'zod';
import type { Db } from '../../store/store.ts';
import { readObservation } from '../evidence/observe.ts';
import { storedPlan } from '../stored-plan.ts';

/** What was long ago says little of today. */
const mostUpgrades = 20;

/** Samples by the upgrade that they are of, of the last ones that have ended: what has ended does not change. */
const known = new WeakMap<Db, Map<string, readonly StepSample[]>>();

/** How long the steps of earlier upgrades took here. */
export async function stepHistory(db: Db): Promise<StepSample[]> {
  const rows = await db
    .selectFrom('upgrade')
    .select(['id', 'plan'])
    .where(
      'state',
      'in',
      statesWhere(({ ended }) => ended),
    )
    .where('confirmed_at', 'is not', null)
    .orderBy('finished_at', 'desc')
    .limit(mostUpgrades)
    .execute();
  const before = known.get(db);
  const found = new Map<string, readonly StepSample[]>();
  for (const row of rows) found.set(row.id, before?.get(row.id) ?? (await samplesIn(db, row)));
  known.set(db, found);
  return [...found.values()].flat();
}

async function samplesIn(db: Db, row: { readonly id: string; readonly plan: string }): Promise<StepSample[]> {
  const lines = await db
    .selectFrom('journal')
    .selectAll()
    .where('upgrade_id', '=', row.id)
    .where('phase', '<>', 'progress')
    .orderBy('id')
    .execute();
  // The type of the column promises a Date; a damaged one is none.
  if (lines.some(({ at }) => !z.date().safeParse(at).success)) return [];
  try {
    const entries = lines.map(({ step_id: stepId, epoch, at, data }): JournalEntry => {
      return { ...readLine(data), upgradeId: row.id, stepId, epoch, at: at.toISOString() };
    });
    return samplesOf(storedPlan(row), entries);
  } catch (error) {
    // A record that cannot be read says nothing of how long things take.
    if (isSealiftError(error)) return [];
    throw error;
  }
}

/** How many nodes there were when an upgrade was confirmed, or the last one before it; each null where nobody looked. */
export async function nodeCounts(db: Db, upgradeId: string): Promise<NodeCounts> {
  const rows = await db
    .selectFrom('upgrade_evidence')
    .innerJoin('upgrade', 'upgrade.id', 'upgrade_evidence.upgrade_id')
    .select(['upgrade_evidence.upgrade_id', 'upgrade_evidence.before'])
    .where('upgrade_evidence.before', 'is not', null)
    .orderBy('upgrade.confirmed_at', 'desc')
    .limit(mostUpgrades)
    .execute();
  const stored = (rows.find((row) => row.upgrade_id === upgradeId) ?? rows[0])?.before ?? null;
  const nodes = stored === null ? null : nodesIn(stored);
  const count = (role: 'control-plane' | 'worker') => nodes?.filter((node) => node.role === role).length ?? null;
  return { 'control-plane': count('control-plane'), workers: count('worker') };
}

function nodesIn(stored: string) {
  try {
    return readObservation(stored).nodes;
  } catch (error) {
    if (isSealiftError(error)) return null;
    throw error;
  }
}
