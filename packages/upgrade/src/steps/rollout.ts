import { SealiftError } from '@sealift/core/errors';
import { isSetupLayer } from '@sealift/core/planner';
import { type Hop, type StepOf, stepsOf } from '@sealift/core/upgrade';
import type { ControlPlaneStage, DesiredNodes, LayerValues, NodeGroup, RolloutStatus } from '../ports/cluster.ts';
import type { Observation, StepContext, StepDefinition, StepDirection } from './step.ts';

/** Rolls one group of nodes to a Kubernetes version, a template and a setup: one patch with all, then the wait for every machine. */
function rolloutOf(group: NodeGroup, result: string): StepDirection<NodeGroup> {
  return {
    // Kubernetes does not go back a version in place; the backup brings back the objects.
    intent(context) {
      const { kubernetes: version, template } = context.step.target;
      const packs = (setupOf(context, group) ?? []).map(({ layer, pack }) => `${layer}/${pack}`);
      return { group, version, template, ...(packs.length === 0 ? {} : { setup: packs }) };
    },
    async observe(context) {
      const { ports, hop, step, cancel } = context;
      const { kubernetes: version } = step.target;
      const layers = setupOf(context, group);
      const status = await ports.cluster.rollout(group, cancel, layers, stageOf(group));
      const beyond = laterOf(hop, step, group).find((one) => isAsked(status.desired, one));
      if (beyond !== undefined) {
        // An earlier upgrade ended on the way: what it passed is not gone back to.
        const message = `${result} Kubernetes ${beyond.kubernetes} already, which comes after ${version}`;
        return { state: 'done', message, evidence: { version: beyond.kubernetes, template: beyond.template } };
      }
      return judgeRollout(status, { group, target: step.target, layers, result });
    },
    act: (context) => {
      const { kubernetes: version, template } = context.step.target;
      const { ports, cancel } = context;
      const layers = setupOf(context, group);
      return ports.cluster.setRollout(group, { version, template }, cancel, layers, stageOf(group));
    },
  };
}

/** As kubeadm, or the site, sets up a control plane by itself. */
export const plain: ControlPlaneStage = { emulates: null, pinsEtcd: false };

/** One that an earlier upgrade left emulating, as it was ended on the way, does so no longer. */
function stageOf(group: NodeGroup): ControlPlaneStage | undefined {
  return group === 'control-plane' ? plain : undefined;
}

/** What a step asks of a group of nodes, and how it says that they have it. */
export interface AskedRollout {
  readonly group: NodeGroup;
  readonly target: Target;
  readonly layers: readonly LayerValues[] | undefined;
  /** `The workers run` */
  readonly result: string;
}

/** How far a group of nodes is on the way to what a step asks for. @throws ROLLOUT_FAILED */
export function judgeRollout(status: RolloutStatus, { group, target, layers, result }: AskedRollout): Observation {
  const { desired, updated, total, wait, due, setup, stage } = status;
  const { kubernetes: version, template } = target;
  if (!isAsked(desired, target)) return { state: 'act', message: `Asking for Kubernetes ${version} on the ${group}` };
  if (stage === 'other')
    return { state: 'act', message: `Asking for another version that the ${group} serves, or of its etcd` };
  if (setup === 'other') return { state: 'act', message: `Asking for other settings of kubeadm on the ${group}` };
  if (wait !== null) refuseFailed(group, wait);
  if (due !== undefined) return { state: 'act', message: due };
  if (wait !== null) {
    const what = `${updated} of ${total}: ${wait.what}`;
    const fraction = total === 0 ? 0 : updated / total;
    return { state: 'wait', wait: { ...wait, what }, fraction, machines: { replaced: updated, of: total } };
  }
  return {
    state: 'done',
    message: `${result} Kubernetes ${version}${setup === 'not written' ? '; what kubeadm is told is not written here' : ''}`,
    evidence: { version, template, nodes: total, ...(setup === undefined || layers?.length === 0 ? {} : { setup }) },
  };
}

/** With the last rollout of the hop come the values of the nodes' layers after it: those in between leave what nodes are set up by as it is. */
function setupOf(
  { upgrade, hop, hopIndex, step }: StepContext<NodeGroup>,
  group: NodeGroup,
): readonly LayerValues[] | undefined {
  return laterOf(hop, step, group).length > 0 ? undefined : setupAfter({ upgrade, hopIndex });
}

/** Values of the nodes' layers after the hop. */
export function setupAfter({ upgrade, hopIndex }: Pick<StepContext, 'upgrade' | 'hopIndex'>): readonly LayerValues[] {
  return (upgrade.hops[hopIndex]?.layers ?? [])
    .filter(isSetupLayer)
    .map(({ layer, pack, values }) => ({ layer, pack, values }));
}

type Target = StepOf<NodeGroup>['target'];

/** What the same nodes are rolled to later in the hop, where they go through several minors. */
function laterOf({ steps }: Hop, step: StepOf<NodeGroup>, group: NodeGroup): readonly Target[] {
  const all = stepsOf(steps, group);
  return all.slice(all.findIndex(({ id }) => id === step.id) + 1).map(({ target }) => target);
}

function isAsked({ version, template }: DesiredNodes, target: Target): boolean {
  return version === target.kubernetes && template === target.template;
}

/** What does not go on by itself ends the step: it is never asked for again without a person. */
function refuseFailed(group: NodeGroup, { level, what, remedy }: NonNullable<RolloutStatus['wait']>): void {
  if (level !== 'failed') return;
  const values = { group, reason: what, remedy: remedy ?? 'Look at the machines and mend what stops them.' };
  throw new SealiftError('ROLLOUT_FAILED', { values });
}

export const controlPlane: StepDefinition<'control-plane'> = {
  forward: rolloutOf('control-plane', 'The control plane runs'),
  letGo: async ({ ports, cancel }) => await ports.cluster.endRollout?.('control-plane', cancel),
};
export const workers: StepDefinition<'workers'> = {
  forward: rolloutOf('workers', 'The workers run'),
  letGo: async ({ ports, cancel }) => await ports.cluster.endRollout?.('workers', cancel),
};
