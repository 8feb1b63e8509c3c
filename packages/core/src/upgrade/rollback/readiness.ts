import { z } from 'zod';
import { type NodeCounts, type StepSample, type UsualTime, usualTime, usualTimeSchema } from '../estimate/estimate.ts';
import { type FrozenUpgrade, layersBefore } from '../frozen/frozen.ts';
import type { JournalEntry } from '../journal/journal.ts';
import { begunSteps } from '../progress/progress.ts';
import { type WayBack, wayBack } from '../step/rollback.ts';
import { isStep, type PlanStep } from '../step/step.ts';

/** One thing that going back does, or leaves. */
const rollbackItemSchema = z.object({
  /** Of the step. */
  id: z.string(),
  does: z.enum(['undone', 'stays']),
  text: z.string(),
  /** Of one that is undone: whether it is already, as far as the upgrade was begun at all. */
  done: z.boolean(),
});
export type RollbackItem = z.infer<typeof rollbackItemSchema>;

/** Whether an upgrade can be taken back where it stands, and what that comes to. Computed from what was approved and from the journal, so it is new after each step. */
export const rollbackReadinessSchema = z.object({
  possible: z.boolean(),
  /** What shut the way back; null while it is open. */
  shut: z
    .object({
      /** The step, and when it was begun; null where it is no step. */
      step: z.object({ id: z.string(), title: z.string(), since: z.iso.datetime() }).nullable(),
      reason: z.string(),
      remedy: z.string(),
    })
    .nullable(),
  /** In the order they are done, then what stays. */
  items: z.array(rollbackItemSchema),
  /** How long it takes here, by the times of the way on; null where that is unknown. */
  estimate: usualTimeSchema.nullable(),
});
export type RollbackReadiness = z.infer<typeof rollbackReadinessSchema>;

/** What readiness is computed from. */
export interface ReadinessInput {
  readonly upgrade: FrozenUpgrade;
  /** The journal of the upgrade, oldest first. */
  readonly entries: readonly JournalEntry[];
  /** How long steps took in earlier upgrades of this site. */
  readonly history: readonly StepSample[];
  readonly nodes: NodeCounts;
}

/** Whether, and how, an upgrade can be taken back from where its journal stands. */
export function rollbackReadiness({ upgrade, entries, history, nodes }: ReadinessInput): RollbackReadiness {
  const begun = begunSteps(entries);
  const touched = new Set(entries.flatMap(({ phase, stepId }) => (phase === 'state' ? [] : [stepId])));
  const steps = upgrade.plan.hops.flatMap((hop, hopIndex) =>
    hop.steps.map((step) => ({ step, hopIndex, from: hop.from })),
  );
  const shut = shutBy(upgrade, entries);
  const items = steps
    .filter(({ step }) => touched.has(step.id))
    .toReversed()
    .flatMap(({ step, hopIndex, from }): RollbackItem[] => {
      const does = wayBack(step);
      const text = does === 'shut' ? undefined : itemText(upgrade, step, { does, hopIndex, from });
      if (does === 'shut' || text === undefined) return [];
      return [{ id: step.id, does, text, done: does === 'undone' && !begun.has(step.id) }];
    });
  const left = steps.filter(({ step }) => begun.has(step.id) && takesTime(step)).map(({ step }) => step);
  const sorted = [...items.filter(({ does }) => does === 'undone'), ...items.filter(({ does }) => does === 'stays')];
  return { possible: shut === null, shut, items: sorted, estimate: sumOf(left, history, nodes) };
}

/** What keeps an upgrade from being taken back; null where nothing does. */
export function shutBy(upgrade: FrozenUpgrade, entries: readonly JournalEntry[]): RollbackReadiness['shut'] {
  const begun = begunSteps(entries);
  const steps = upgrade.plan.hops.flatMap((hop, hopIndex) => hop.steps.map((step) => ({ step, hopIndex })));
  for (const { step, hopIndex } of steps) {
    if (!begun.has(step.id)) continue;
    const isUnknown = isLayer(step) && layersBefore(upgrade, hopIndex) === undefined;
    if (wayBack(step) !== 'shut' && !isUnknown) continue;
    const { id, title } = step;
    const since = entries.find(({ stepId }) => stepId === id)?.at ?? '';
    const reason = isUnknown
      ? `“${title}” was begun, and what its layer ran before was not kept when the upgrade was approved`
      : `“${title}” was begun, and it cannot be taken back`;
    return { step: { id, title, since }, reason, remedy: shutRemedy };
  }
  return null;
}

const shutRemedy =
  'Mend what stops the upgrade and resume it, or end it and restore what has to go back from its backup.';

function isLayer(step: PlanStep): boolean {
  return step.kind === 'layer' || step.kind === 'remove-layer';
}

/** The others are a matter of moments. */
function takesTime(step: PlanStep): boolean {
  return wayBack(step) === 'undone' && step.kind !== 'lock-console' && step.kind !== 'validate';
}

/** What a person has to know of one step; undefined where there is nothing to say. */
function itemText(
  upgrade: FrozenUpgrade,
  step: PlanStep,
  { does, hopIndex, from }: { readonly does: WayBack; readonly hopIndex: number; readonly from: string },
): string | undefined {
  if (isStep(step, 'layer') || isStep(step, 'remove-layer')) {
    const { layer, pack } = step.target;
    const former = layersBefore(upgrade, hopIndex)?.layers.find((one) => one.layer === layer && one.pack === pack);
    if (isStep(step, 'remove-layer')) return `${pack} ${former?.version ?? ''} is installed again, with its values`;
    const { version } = step.target;
    if (former === undefined) return `${pack} ${version}, which came new, is removed`;
    if (former.version === version) return `The former values of ${pack} ${version} are applied again`;
    return `${pack} goes back from ${version} to ${former.version}, with its former values`;
  }
  if (isStep(step, 'template')) {
    return `The template ${step.target.template} stays in vCenter, where nothing is made from it; the next upgrade to this release finds it`;
  }
  if (isStep(step, 'emulated-control-plane')) {
    const { back, kubernetes } = step.target;
    return `The control plane goes back from Kubernetes ${kubernetes} to ${back.kubernetes}, machine by machine; etcd was never moved`;
  }
  if (isStep(step, 'cluster-api-providers')) {
    return `The Cluster API providers stay at ${step.target.core}: older ones may not read what these have stored`;
  }
  if (isStep(step, 'migrate-claim')) {
    const { namespace, name, from: former } = step.target.do;
    return `The claim ${namespace}/${name} is made anew as it was (${former.accessModes.join(', ')}), on the same volume`;
  }
  if (isStep(step, 'own-objects')) {
    const { objects } = step.target.do;
    return `${objects.length === 1 ? 'An object that was' : `${objects.length} objects that were`} taken over (${step.target.name}) stay with what the release applies, and go with it where the former release does not have them`;
  }
  switch (step.kind) {
    case 'wait-for':
      return undefined;
    case 'validate':
      return `${from} is recorded as installed again`;
    case 'cns':
      return 'The storage identity of its own stays: it is right for any release';
    case 'stored-versions':
    case 'move-stored-version':
      return 'Objects stay stored in the API versions they were rewritten to, which the former release serves too';
    case 'backup':
      return 'The backup stays';
    case 'gateways':
      return 'Gateways stay at the version they run';
    case 'lock-console':
    case 'unlock-console':
      return undefined;
    default:
      return does === 'undone' ? `Taken back: ${step.title}` : `Stays: ${step.title}`;
  }
}

function sumOf(steps: readonly PlanStep[], history: readonly StepSample[], nodes: NodeCounts): UsualTime | null {
  const times = steps.map(({ kind }) => usualTime(history, kind, nodes));
  const known = times.filter((time) => time !== null);
  if (known.length < times.length || known.length === 0) return null;
  const sum = (pick: (one: UsualTime) => number): number => known.reduce((total, one) => total + pick(one), 0);
  return {
    p50Ms: sum(({ p50Ms }) => p50Ms),
    p90Ms: sum(({ p90Ms }) => p90Ms),
    samples: Math.min(...known.map(({ samples }) => samples)),
  };
}
