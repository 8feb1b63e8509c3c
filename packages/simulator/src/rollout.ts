import type { RolloutStatus } from '@sealift/upgrade/ports';
import type { Group, Machine, NodeGroup, SimulatorState } from './state.ts';

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

/** Why a rollout cannot replace the next machine, in words; null when it can. */
function blocker(state: SimulatorState, name: Group): string | null {
  const { desired } = state.groups[name];
  const template = state.templates.find((one) => one.name === desired.template);
  if (template === undefined) {
    return `cannot create the next machine: there is no template ${desired.template} in the folder ${templateFolder}`;
  }
  if (template.kubernetes !== null && template.kubernetes !== desired.version) {
    return `cannot create the next machine: the template ${template.name} holds Kubernetes ${template.kubernetes}, not ${desired.version}`;
  }
  if (name === 'workers' && state.groups['control-plane'].machines.some((one) => one.version !== desired.version)) {
    return `waits until the whole control plane runs Kubernetes ${desired.version}`;
  }
  return null;
}

/** What an observer sees of a rollout at `now`; the state must have been advanced to it. */
export function rolloutStatus(state: SimulatorState, name: Group, now: number): RolloutStatus {
  const group = state.groups[name];
  const updated = group.machines.filter((one) => one.ready && !isOutdated(one, group)).length;
  const settled = group.phase.kind === 'idle' && outdated(group) === undefined;
  return {
    desired: group.desired,
    updated: Math.min(updated, group.replicas),
    total: group.replicas,
    settled,
    message: message(state, name, settled, now),
  };
}

function message(state: SimulatorState, name: Group, settled: boolean, now: number): string {
  const { phase, desired, replicas } = state.groups[name];
  if (settled) return `all ${replicas} machines run Kubernetes ${desired.version} from ${desired.template}`;
  if (phase.kind === 'idle') return blocker(state, name) ?? 'waits for the next machine';
  const seconds = Math.max(0, Math.floor((now - phase.since) / 1000));
  return phase.kind === 'booting'
    ? `${phase.machine} boots from ${desired.template} and joins the cluster (${seconds} s)`
    : `${phase.machine} is drained and removed (${seconds} s)`;
}

/** What a machine is doing, in words, for the list of nodes. */
export function machineMessage(group: NodeGroup, machine: Machine): string {
  const { phase } = group;
  if (phase.kind !== 'idle' && phase.machine === machine.name) {
    return phase.kind === 'booting' ? 'boots and joins the cluster' : 'is drained and will be removed';
  }
  return isOutdated(machine, group) ? 'waits to be replaced' : 'ready';
}

function outdated(group: NodeGroup): Machine | undefined {
  return group.machines.find((one) => isOutdated(one, group));
}

function isOutdated(machine: Machine, { desired }: NodeGroup): boolean {
  return machine.version !== desired.version || machine.template !== desired.template;
}
