import { waitingFor } from '@sealift/core/upgrade';
import type { ControlPlaneStage } from '../ports/cluster.ts';
import { judgeRollout, plain, setupAfter } from './rollout.ts';
import type { Observation, StepContext, StepDefinition } from './step.ts';

type Kind = 'emulated-control-plane' | 'finalise' | 'etcd';

const group = 'control-plane';
/** The present version of etcd is kept, and nothing is emulated. */
const pinned: ControlPlaneStage = { emulates: null, pinsEtcd: true };

/**
 * Rolls the control plane to the next minor, which serves what the present one serves, with etcd's version kept: until it is finalised the
 * older minor reads all that is written.
 */
export const emulatedControlPlane: StepDefinition<'emulated-control-plane'> = {
  forward: {
    intent({ step: { target } }) {
      const { kubernetes: version, template, emulates } = target;
      return { group, version, template, emulates };
    },
    async observe(context) {
      const { target } = context.step;
      const result = `The control plane serves ${target.emulates}, and runs`;
      // What nodes are set up by otherwise stays as it is: the way back would have to bring it back.
      const status = await context.ports.cluster.rollout(group, context.cancel, undefined, stageOf(context));
      return judgeRollout(status, { group, target, layers: undefined, result });
    },
    act(context) {
      const { kubernetes: version, template } = context.step.target;
      const { ports, cancel } = context;
      return ports.cluster.setRollout(group, { version, template }, cancel, undefined, stageOf(context));
    },
  },
  back: {
    intent({ step: { target } }) {
      const { kubernetes: version, template } = target.back;
      return { group, version, template };
    },
    async observe({ ports, step, cancel }) {
      const result = 'The control plane is back on';
      const status = await ports.cluster.rollout(group, cancel, undefined, plain);
      return judgeRollout(status, { group, target: step.target.back, layers: undefined, result });
    },
    act({ ports, step, cancel }) {
      const { kubernetes: version, template } = step.target.back;
      return ports.cluster.setRollout(group, { version, template }, cancel, undefined, plain);
    },
  },
  letGo: endRollout,
};

/** Waits for a person, then lets the control plane serve what it is: from here on it writes what the older minor may not read. */
export const finalise: StepDefinition<'finalise'> = {
  forward: {
    intent: ({ step: { target } }) => ({ group, version: target.kubernetes, template: target.template }),
    async observe(context) {
      const { ports, upgradeId } = context;
      const decided = await ports.console.finalised(upgradeId);
      if (decided === null) {
        const wait = waitingFor('a person has to finalise: until then the control plane can go back', {
          level: 'blocked',
          object: { kind: 'Upgrade', name: upgradeId },
          impact: 'the workers stay as they are',
          remedy: `Look at the platform for as long as it takes, then: sealift upgrade finalise ${upgradeId}. To go back: sealift upgrade pause ${upgradeId}, then sealift upgrade rollback ${upgradeId}.`,
        });
        return { state: 'wait', wait, fraction: 0, forPerson: true };
      }
      const seen = await observeStage(context, pinned, 'The control plane serves');
      return seen.state === 'done' ? { ...seen, evidence: { ...seen.evidence, finalisedBy: decided.by } } : seen;
    },
    act: (context) => askStage(context, pinned),
  },
  letGo: endRollout,
};

/** Lets go of etcd's version: no rollout brings an older one back. */
export const etcd: StepDefinition<'etcd'> = {
  forward: {
    intent: ({ step: { target } }) => ({ group, version: target.kubernetes, template: target.template }),
    observe: (context) => observeStage(context, plain, 'etcd is as kubeadm or the site sets it, on'),
    act: (context) => askStage(context, plain),
  },
  letGo: endRollout,
};

function stageOf({ step }: StepContext<'emulated-control-plane'>): ControlPlaneStage {
  return { emulates: step.target.emulates, pinsEtcd: true };
}

async function observeStage(
  context: StepContext<'finalise' | 'etcd'>,
  stage: ControlPlaneStage,
  result: string,
): Promise<Observation> {
  const layers = setupAfter(context);
  const status = await context.ports.cluster.rollout(group, context.cancel, layers, stage);
  return judgeRollout(status, { group, target: context.step.target, layers, result });
}

function askStage(context: StepContext<'finalise' | 'etcd'>, stage: ControlPlaneStage): Promise<void> {
  const { kubernetes: version, template } = context.step.target;
  const { ports, cancel } = context;
  return ports.cluster.setRollout(group, { version, template }, cancel, setupAfter(context), stage);
}

async function endRollout({ ports, cancel }: StepContext<Kind>): Promise<void> {
  await ports.cluster.endRollout?.(group, cancel);
}
