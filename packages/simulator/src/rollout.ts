import type { ClusterNode } from '@sealift/core/cluster';
import { type SeenWait, waitingFor } from '@sealift/core/upgrade';
import type { RolloutStatus } from '@sealift/upgrade/ports/cluster';
import type { Desired, Group, Machine, NodeGroup, SimulatorState } from './state.ts';

/** How long a machine takes at speed 1, in ms. */
const bootMs = 2500;
const drainMs = 1200;

/** The folder that the platform looks for templates in. */
export const templateFolder = 'spectro-templates';

/**
 * Moves every rollout to where it is at `now` (wall clock, ms): a new machine boots, joins, an old one is drained and
 * removed, one after another. Depends only on the persisted state and the clock, so a restarted process goes on.
 *
 * @returns the same object when nothing changed.
 */
export function advance(state: SimulatorState, now: number, speed: number): SimulatorState {
  const controlPlane = advanceGroup(state, 'control-plane', now, speed);
  return advanceGroup(controlPlane, 'workers', now, speed);
}

function advanceGroup(start: SimulatorState, name: Group, now: number, speed: number): SimulatorState {
  let state = start;
  let at = now;
  for (;;) {
    const group = state.groups[name];
    const next = step(state, group, name, at, now, speed);
    if (next === null) return state;
    at = next.at;
    state = { ...state, groups: { ...state.groups, [name]: next.group } };
  }
}

function step(
  state: SimulatorState,
  group: NodeGroup,
  name: Group,
  at: number,
  now: number,
  speed: number,
): { group: NodeGroup; at: number } | null {
  const { phase, desired } = group;
  if (phase.kind === 'idle') {
    if (outdated(group) === undefined || blocker(state, name) !== null) return null;
    const machine = `${name === 'workers' ? 'worker' : name}-${group.nextNumber}`;
    return {
      at,
      group: {
        ...group,
        nextNumber: group.nextNumber + 1,
        machines: [...group.machines, { name: machine, ...desired, ready: false }],
        phase: { kind: 'booting', machine, since: at },
      },
    };
  }
  if (phase.kind === 'booting') {
    const done = phase.since + bootMs / speed;
    if (now < done) return null;
    const machines = group.machines.map((one) => (one.name === phase.machine ? { ...one, ready: true } : one));
    const leaving = outdated({ ...group, machines })?.name ?? phase.machine;
    return { at: done, group: { ...group, machines, phase: { kind: 'draining', machine: leaving, since: done } } };
  }
  const done = phase.since + drainMs / speed;
  if (now < done) return null;
  const machines = group.machines.filter((one) => one.name !== phase.machine);
  return { at: done, group: { ...group, machines, phase: { kind: 'idle' } } };
}

/** Why a rollout cannot replace the next machine; null when it can. */
function blocker(state: SimulatorState, name: Group): SeenWait | null {
  const { desired } = state.groups[name];
  const impact = 'the next machine cannot be created';
  const template = state.templates.find((one) => one.name === desired.template);
  const object = { kind: 'Template', name: desired.template };
  if (template === undefined) {
    return waitingFor(`there is no template ${desired.template} in the folder ${templateFolder}`, {
      level: 'blocked',
      impact,
      object,
      remedy: `Import ${desired.template} with sealift vsphere import-template.`,
    });
  }
  if (template.kubernetes !== null && template.kubernetes !== desired.version) {
    const what = `the template ${template.name} holds Kubernetes ${template.kubernetes}, not ${desired.version}`;
    return waitingFor(what, { level: 'blocked', impact, object, remedy: 'Rename or remove that template.' });
  }
  if (name === 'workers' && state.groups['control-plane'].machines.some((one) => one.version !== desired.version)) {
    return waitingFor(`waits until the whole control plane runs Kubernetes ${desired.version}`);
  }
  return null;
}

/** A rollout with the digest of the setup that its nodes are asked to have. */
export type SimulatedRollout = Omit<RolloutStatus, 'desired' | 'setup' | 'stage'> & { readonly desired: Desired };

/** What an observer sees of a rollout; the state must have been advanced to the present. */
export function rolloutStatus(state: SimulatorState, name: Group): SimulatedRollout {
  const group = state.groups[name];
  const updated = group.machines.filter((one) => one.ready && !isOutdated(one, group)).length;
  return {
    desired: group.desired,
    updated: Math.min(updated, group.replicas),
    total: group.replicas,
    wait: waitOf(state, name),
  };
}

function waitOf(state: SimulatorState, name: Group): SeenWait | null {
  const group = state.groups[name];
  const { phase, desired } = group;
  if (phase.kind === 'idle') {
    if (outdated(group) === undefined) return null;
    return blocker(state, name) ?? waitingFor('waits for the next machine');
  }
  const { machine } = phase;
  const what =
    phase.kind === 'booting'
      ? `${machine} boots from ${desired.template} and joins the cluster`
      : `${machine} is drained and removed`;
  return waitingFor(what, { since: new Date(phase.since).toISOString(), object: { kind: 'Machine', name: machine } });
}

/** What a machine is doing, for the list of nodes; in the phases that Cluster API knows. */
export function machineState(
  group: NodeGroup,
  machine: Machine,
): Pick<ClusterNode, 'message' | 'machine' | 'phase' | 'since'> {
  const { phase } = group;
  const { name } = machine;
  if (phase.kind === 'idle' || phase.machine !== name) {
    const message = isOutdated(machine, group) ? 'waits to be replaced' : 'ready';
    return { message, machine: name, phase: 'Running', since: null };
  }
  const since = new Date(phase.since).toISOString();
  return phase.kind === 'booting'
    ? { message: 'boots and joins the cluster', machine: name, phase: 'Provisioning', since }
    : { message: 'is drained and will be removed', machine: name, phase: 'Deleting', since };
}

function outdated(group: NodeGroup): Machine | undefined {
  return group.machines.find((one) => isOutdated(one, group));
}

function isOutdated(machine: Machine, { desired }: NodeGroup): boolean {
  return !isSame(machine, desired);
}

/** Whether machines of the one are as the other asks; a stage that was never asked for is that of a control plane by itself. */
export function isSame(one: Desired, other: Desired): boolean {
  const { emulates, pinsEtcd } = one.stage ?? plainStage;
  const { emulates: otherEmulates, pinsEtcd: otherPins } = other.stage ?? plainStage;
  return (
    one.version === other.version &&
    one.template === other.template &&
    one.setup === other.setup &&
    emulates === otherEmulates &&
    pinsEtcd === otherPins
  );
}

const plainStage = { emulates: null, pinsEtcd: false };

/** The nodes of both groups. */
export function nodesOf({ groups }: SimulatorState): ClusterNode[] {
  return [
    ...groups['control-plane'].machines.map((machine) => nodeOf(groups['control-plane'], machine, 'control-plane')),
    ...groups.workers.machines.map((machine) => nodeOf(groups.workers, machine, 'worker')),
  ];
}

function nodeOf(group: NodeGroup, machine: Machine, role: ClusterNode['role']): ClusterNode {
  const { setup: _, stage: __, ...node } = machine;
  return { ...node, role, ...machineState(group, machine) };
}
