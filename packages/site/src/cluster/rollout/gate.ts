import { holds } from '@sealift/kubernetes/conditions';
import type { EtcdLook } from './etcd-watch.ts';
import type { MachineView, OwnerView } from './view.ts';

/**
 * What is not as planned: machines and sets that nobody counted on, or that are made otherwise than was asked. Each is a sign that
 * somebody else is changing the same nodes, and that more than the planned machines would go.
 */
export function unplanned({ owner, plan, sets, machines, strays }: OwnerView): readonly string[] {
  if (plan === undefined) return [];
  const found: string[] = [];
  if (owner.replicas !== plan.replicas) {
    found.push(`${owner.kind} ${owner.name} was scaled from ${plan.replicas} to ${owner.replicas}`);
  }
  found.push(...strays.map(({ name }) => `Machine ${name} came and belongs to nobody that is known`));
  const before = new Set(plan.sets);
  const newSets = sets.filter(({ name }) => !before.has(name));
  const strange = newSets.filter((set) => set.version !== owner.version || set.template.name !== owner.template.name);
  found.push(...strange.map(({ name, version }) => `MachineSet ${name} of ${version} is not of this rollout`));
  if (newSets.length > 1) found.push(`${newSets.length} new MachineSets came instead of one`);
  const alive = machines.filter(({ isNew, isGoing }) => isNew && !isGoing);
  for (const { machine, asWanted } of alive) {
    if (asWanted === false) found.push(`Machine ${machine.name} of ${machine.version} is not of this rollout`);
  }
  if (alive.length > plan.replicas) found.push(`${alive.length} new Machines came, and ${plan.replicas} are planned`);
  return found;
}

/**
 * Why none of an owner's machines may go yet; undefined where the next may. Asked before each one is drained: by then the planned
 * successor is there with the wanted kubelet, enough machines are ready without the one that goes, and of a control plane each machine
 * that stays has an etcd member that is healthy, no learner, and known by its node's name (EtcdMemberHealthy says all of that, and that
 * etcd has a leader), while etcd has no member without a machine. Cluster API may say so for minutes of a member that has died since: the members'
 * own pods and API servers count too, where they can be read.
 */
export function heldBack(view: OwnerView, etcd: EtcdLook): string | undefined {
  const { owner, machines } = view;
  const strangers = unplanned(view);
  if (strangers.length > 0) return strangers.join('; ');
  const staying = machines.filter(({ isGoing }) => !isGoing);
  const other = staying.find(({ cameBackOther }) => cameBackOther);
  if (other !== undefined) return `${other.machine.name} runs ${other.machine.kubelet}, not ${other.machine.version}`;
  const notReady = staying.filter(({ isReady }) => !isReady);
  const needed = owner.replicas - owner.unavailable;
  const ready = staying.length - notReady.length;
  if (ready < needed) {
    const names = notReady.map(({ machine }) => machine.name);
    const waitsFor = names.length === 0 ? '' : `, not yet ${names.slice(0, 5).join(', ')}`;
    return `${ready} of ${needed} machines that have to stay are ready${waitsFor}`;
  }
  return owner.kind === 'KubeadmControlPlane' ? (etcdOpen(view, staying) ?? podOpen(staying, etcd)) : undefined;
}

function etcdOpen({ owner }: OwnerView, staying: readonly MachineView[]): string | undefined {
  // With etcd outside of the machines there is no such condition anywhere.
  const managed =
    owner.conditions.has('EtcdClusterHealthy') || staying.some(({ machine }) => memberOf(machine) !== undefined);
  if (!managed) return undefined;
  const open = staying.find(({ machine }) => !holds(machine.conditions, 'EtcdMemberHealthy'));
  if (open !== undefined) {
    const said = memberOf(open.machine)?.message ?? '';
    return `the etcd member of ${open.machine.name} is not known to be healthy${said === '' ? '' : `: ${said}`}`;
  }
  return strayMembers(owner.conditions.get('EtcdClusterHealthy')?.message ?? '');
}

function podOpen(staying: readonly MachineView[], etcd: EtcdLook): string | undefined {
  const pods = 'pods' in etcd ? etcd.pods : [];
  const nodes = new Set(staying.map(({ machine }) => machine.node));
  const open = pods.find(({ node, trouble }) => trouble !== null && nodes.has(node));
  return open === undefined ? undefined : `the etcd member on ${open.node} is not healthy: ${open.trouble?.what ?? ''}`;
}

function memberOf({ conditions }: MachineView['machine']) {
  return conditions.get('EtcdMemberHealthy');
}

/** What the condition says of etcd as a whole; what it says of single Machines is read from these. */
function strayMembers(message: string): string | undefined {
  const line = message.split('\n').find((one) => one.startsWith('* ') && !/^\* Machines? /.test(one));
  return line?.slice(2);
}

/** Whether everything is as an owner is asked to have it, and nothing is on its way. */
export function isSettled({ owner, machines }: OwnerView): boolean {
  if (!owner.observed || machines.length !== owner.replicas) return false;
  if (!machines.every(({ asWanted, isGoing, isReady }) => asWanted === true && !isGoing && isReady)) return false;
  if (holds(owner.conditions, 'RollingOut') || holds(owner.conditions, 'MachinesUpToDate', 'False')) return false;
  return healthConditions.every((type) => (owner.conditions.get(type)?.status ?? 'True') === 'True');
}

/** Of a KubeadmControlPlane. Both turn False for seconds in every step of a rollout, so they count only at its end. */
export const healthConditions = ['EtcdClusterHealthy', 'ControlPlaneComponentsHealthy'] as const;

/** Whether machines of an owner are being replaced, or are about to be. */
export function isRolling({ owner, machines }: OwnerView): boolean {
  return !owner.observed || machines.some(({ asWanted, isGoing }) => isGoing || asWanted === false);
}
