import { z } from 'zod';
import { stepEvidenceOf } from '../../evidence/step-evidence.ts';
import type { JournalEntry } from '../journal/journal.ts';
import { lifecycle } from '../lifecycle/lifecycle.ts';
import { type Plan, stepsOfPlan } from '../plan/plan.ts';
import type { StepKind } from '../step/step.ts';

/** How long something took here before, in milliseconds: half of the times no longer than `p50Ms`, nine of ten no longer than `p90Ms`. */
export const usualTimeSchema = z.object({
  p50Ms: z.int().nonnegative(),
  p90Ms: z.int().nonnegative(),
  /** How often it was measured; of several steps the least. */
  samples: z.int().positive(),
});
export type UsualTime = z.infer<typeof usualTimeSchema>;

/** How long one step took at this site, by its kind and how much there was to do. */
export interface StepSample {
  readonly kind: StepKind;
  /** Nodes, for a step that rolls them; else 1. */
  readonly size: number;
  readonly ms: number;
}

/** One time may have been a good or a bad day: from so many on something is said. */
const leastSamples = 2;

/** The steps of which the time grows with the nodes that they roll. */
const byNodes: ReadonlyMap<StepKind, keyof NodeCounts> = new Map([
  ['control-plane', 'control-plane'],
  ['emulated-control-plane', 'control-plane'],
  ['etcd', 'control-plane'],
  ['workers', 'workers'],
]);

/**
 * The times of the steps of an upgrade that say something about others: done at the first attempt, without a pause or a wait for a person.
 *
 * @param entries the journal of the upgrade, oldest first
 */
export function samplesOf(plan: Plan, entries: readonly JournalEntry[]): StepSample[] {
  const halts = entries.flatMap((entry) =>
    entry.phase === 'state' && !lifecycle[entry.data.state].needsEngine ? [Date.parse(entry.at)] : [],
  );
  const kinds = new Map(stepsOfPlan(plan).map(({ id, kind }) => [id, kind]));
  return stepEvidenceOf(plan, entries).flatMap(({ id, outcome, attempts, startedAt, finishedAt, proof }) => {
    const kind = kinds.get(id);
    // How long a person takes to finalise tells nothing of the next time.
    if (kind === undefined || kind === 'finalise') return [];
    if (outcome !== 'done' || attempts !== 1 || startedAt === null || finishedAt === null) return [];
    const [from, to] = [Date.parse(startedAt), Date.parse(finishedAt)];
    if (halts.some((at) => at >= from && at <= to)) return [];
    const size = sizeOf(kind, proof?.['nodes']);
    return size === null ? [] : [{ kind, size, ms: Math.max(0, to - from) }];
  });
}

function sizeOf(kind: StepKind, nodes: unknown): number | null {
  if (!byNodes.has(kind)) return 1;
  return typeof nodes === 'number' && nodes > 0 ? nodes : null;
}

/** How many nodes each kind of rollout has; null where it is not known. */
export interface NodeCounts {
  readonly 'control-plane': number | null;
  readonly workers: number | null;
}

/** How long a step of a kind takes here; null where too little is known to say. */
export function usualTime(samples: readonly StepSample[], kind: StepKind, nodes: NodeCounts): UsualTime | null {
  const group = byNodes.get(kind);
  const size = group === undefined ? 1 : nodes[group];
  // Nodes are rolled one after the other, so a node is the unit.
  const each = samples.filter((one) => one.kind === kind).map(({ ms, size: of }) => ms / of);
  if (size === null || each.length < leastSamples) return null;
  const sorted = each.toSorted((a, b) => a - b);
  const p50Ms = Math.round(quantile(sorted, 0.5) * size);
  const p90Ms = Math.round(quantile(sorted, 0.9) * size);
  return { p50Ms, p90Ms, samples: each.length };
}

/** By the nearest rank: always one of the values that were measured. */
function quantile(sorted: readonly number[], share: number): number {
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0;
}
