import { z } from 'zod';
import { type NodeCounts, type StepSample, type UsualTime, usualTime, usualTimeSchema } from '../estimate/estimate.ts';
import type { JournalEntry } from '../journal/journal.ts';
import { isFinal, lifecycle, type UpgradeState } from '../lifecycle/lifecycle.ts';
import { type Plan, stepsOfPlan } from '../plan/plan.ts';
import { pointOfNoReturn } from '../plan/point-of-no-return.ts';
import { progressOf, type StepProgress, stepProgressSchema } from '../progress/progress.ts';
import { type PlanStep, rollbackClassSchema } from '../step/step.ts';
import { waitSchema } from '../wait/wait.ts';

/** A step names at most so many of the objects that it waited for, the latest. */
const mostObjects = 20;

/** A node or another object that a step waits for, or has waited for. */
const treeObjectSchema = z.object({
  kind: z.string(),
  name: z.string(),
  what: z.string(),
  since: z.iso.datetime(),
  level: waitSchema.shape.level,
  /** Whether it is waited for right now. */
  now: z.boolean(),
});
type TreeObject = z.infer<typeof treeObjectSchema>;

const treeStepSchema = stepProgressSchema.extend({
  title: z.string(),
  kind: z.string(),
  rollback: rollbackClassSchema,
  objects: z.array(treeObjectSchema).max(mostObjects),
  /** How long such a step takes at this site; null where that is unknown. */
  usual: usualTimeSchema.nullable(),
});
export type TreeStep = z.infer<typeof treeStepSchema>;

/** An upgrade as a tree: hops, their steps (each a layer, a group of nodes, or work on the whole), and the objects that these wait for. */
export const upgradeTreeSchema = z.object({
  hops: z.array(z.object({ from: z.string(), to: z.string(), steps: z.array(treeStepSchema) })),
  /** Id of the first step that cannot be taken back; null where every step can. */
  pointOfNoReturn: z.string().nullable(),
  /** What is left of work, by this site's own history; null where that is unknown, and where nothing is left. */
  timeLeft: usualTimeSchema.nullable(),
  /** How much of the time is over, 0 to 1; null where the time left is unknown. */
  fractionOfTime: z.number().min(0).max(1).nullable(),
});
export type UpgradeTree = z.infer<typeof upgradeTreeSchema>;

/** What a tree is built from. */
export interface TreeInput {
  readonly plan: Plan;
  readonly state: UpgradeState;
  /** The journal of the upgrade, oldest first. */
  readonly entries: readonly JournalEntry[];
  /** How long steps took in earlier upgrades of this site. */
  readonly history: readonly StepSample[];
  readonly nodes: NodeCounts;
  readonly now: Date;
}

/** Builds the tree of an upgrade: all that page and terminal draw, and nothing that they have to work out. */
export function upgradeTree({ plan, state, entries, history, nodes, now }: TreeInput): UpgradeTree {
  const progress = new Map(progressOf(plan, entries).map((step) => [step.id, step]));
  const byStep = Map.groupBy(entries, ({ stepId }) => stepId);
  const usual = new Map<string, UsualTime | null>();
  const usualOf = (step: PlanStep): UsualTime | null => {
    const known = usual.get(step.kind);
    const time = known === undefined ? usualTime(history, step.kind, nodes) : known;
    usual.set(step.kind, time);
    return time;
  };
  const hops = plan.hops.map(({ from, to, steps }) => ({
    from,
    to,
    steps: steps.flatMap((step): TreeStep[] => {
      const reached = progress.get(step.id);
      if (reached === undefined) return [];
      const { title, kind, rollback } = step;
      const objects = objectsOf(reached, byStep.get(step.id) ?? []);
      return [{ ...reached, title, kind, rollback, objects, usual: usualOf(step) }];
    }),
  }));
  const planned = stepsOfPlan(plan);
  const index = pointOfNoReturn(planned);
  const line = index === undefined ? null : (planned[index]?.id ?? null);
  return {
    hops,
    pointOfNoReturn: line,
    ...timesOf(
      hops.flatMap(({ steps }) => steps),
      state,
      now,
    ),
  };
}

function objectsOf({ state }: StepProgress, entries: readonly JournalEntry[]): TreeObject[] {
  const seen = new Map<string, TreeObject>();
  for (const entry of entries) {
    for (const [key, object] of seen) seen.set(key, { ...object, now: false });
    if (entry.phase !== 'progress' || entry.data.wait.object === null) continue;
    const { what, since, level, object } = entry.data.wait;
    const key = `${object.kind}/${object.name}`;
    // The latest comes last.
    seen.delete(key);
    seen.set(key, { kind: object.kind, name: object.name, what, since, level, now: state === 'running' });
  }
  return [...seen.values()].slice(-mostObjects);
}

/** Adds up steps: the 50 and 90 % of the sum are taken to be the sums, which for the 90 % is rather too long than too short. */
function timesOf(
  steps: readonly TreeStep[],
  state: UpgradeState,
  now: Date,
): Pick<UpgradeTree, 'timeLeft' | 'fractionOfTime'> {
  if (state === 'succeeded') return { timeLeft: null, fractionOfTime: 1 };
  const open = steps.filter((step) => step.state !== 'done');
  const left = open.map((step) => leftOf(step, now));
  // Of what is left to be taken back the readiness to go back tells.
  if (isFinal(state) || lifecycle[state].goesBack || open.length === 0 || left.some((one) => one === null)) {
    return { timeLeft: null, fractionOfTime: null };
  }
  const known = left.filter((one) => one !== null);
  const sum = (pick: (one: UsualTime) => number): number => known.reduce((total, one) => total + pick(one), 0);
  const timeLeft = {
    p50Ms: sum(({ p50Ms }) => p50Ms),
    p90Ms: sum(({ p90Ms }) => p90Ms),
    samples: Math.min(...known.map(({ samples }) => samples)),
  };
  const spent = steps.reduce((total, step) => total + spentMs(step, now), 0);
  const whole = spent + timeLeft.p50Ms;
  return { timeLeft, fractionOfTime: whole === 0 ? 0 : spent / whole };
}

/** Null where nothing is known of such steps, and for one that takes longer than it ever should: nobody knows how much longer. */
function leftOf(step: TreeStep, now: Date): UsualTime | null {
  if (step.usual === null || step.state === 'waiting') return step.usual;
  const { p50Ms, p90Ms, samples } = step.usual;
  const spent = spentMs(step, now);
  if (spent > p90Ms) return null;
  return { p50Ms: Math.max(0, p50Ms - spent), p90Ms: p90Ms - spent, samples };
}

function spentMs({ state, startedAt, finishedAt }: StepProgress, now: Date): number {
  if (startedAt === null || state === 'waiting') return 0;
  return Math.max(0, (finishedAt === null ? now.getTime() : Date.parse(finishedAt)) - Date.parse(startedAt));
}
