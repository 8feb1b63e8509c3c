import { type SeenWait, waitingFor, type Wait } from '@sealift/core/upgrade';
import type { Cluster } from '@sealift/kubernetes/cluster';
import { holds } from '@sealift/kubernetes/conditions';
import { healthConditions, isSettled, unplanned } from './gate.ts';
import type { DiskLooks } from './machine-disks.ts';
import { leavingWait, unplannedWait } from './leaving-wait.ts';
import { type Around, comingWait, etcdPodWait, tail } from './machine-wait.ts';
import type { MachineView, OwnerView } from './view.ts';

/** What is known besides an owner and its machines. */
export interface OwnerAround extends Around {
  readonly cluster: Cluster;
  readonly disks: DiskLooks;
  /** Managers of Cluster API that are away. */
  readonly managers: readonly SeenWait[];
  /** Whether the machine template that it names is there. */
  readonly templateThere: boolean;
}

/** How much a level asks of a person. */
const urgency: Readonly<Record<Wait['level'], number>> = { failed: 0, blocked: 1, stalled: 2, slow: 3, moving: 4 };

/** Everything that an owner waits for, the most urgent first; empty once all of its machines are as wanted. */
export function ownerWaits(view: OwnerView, around: OwnerAround): readonly SeenWait[] {
  // Cluster API may not have looked at etcd for minutes.
  if (isSettled(view)) return view.machines.flatMap((one) => etcdPodWait(one, around) ?? []);
  const stopped = stoppedWait(view, around);
  // What ran and is not well is no stage of the rollout: the stages, which come and go, must not hide it.
  const machines = view.machines
    .toSorted((a, b) => Number(runs(b)) - Number(runs(a)))
    .flatMap((one) => (one.isGoing ? leavingWait(one, view, around) : comingWait(one, around)) ?? []);
  const strangers = unplanned(view);
  const all = [
    ...(stopped === null ? [] : [stopped]),
    ...around.managers,
    ...(strangers.length === 0 ? [] : [unplannedWait(view, strangers)]),
    ...machines,
    ...unreadWait(view, around),
    ...wholeWaits(view),
  ];
  // A sort that keeps what is equally urgent in order.
  return all.toSorted((a, b) => urgency[a.level] - urgency[b.level]);
}

function runs({ isReady, isGoing }: MachineView): boolean {
  return isReady && !isGoing;
}

/** That nobody knows how etcd is. Cluster API, which looks for itself, may go on nevertheless. */
function unreadWait({ owner: { kind, name } }: OwnerView, { etcd }: OwnerAround): SeenWait[] {
  if (kind !== 'KubeadmControlPlane' || 'pods' in etcd) return [];
  const wait = waitingFor(`the etcd pods of ${kind} ${name} cannot be read: ${etcd.unread}`, {
    object: { kind, name },
    impact: 'an etcd member that is not healthy is named only when Cluster API says it',
    remedy:
      'See that the API server of the enterprise cluster answers, and that the account of Sealift may list the pods of kube-system.',
  });
  return [wait];
}

/** Why nothing at all moves: paused, or the change was not taken up. */
function stoppedWait({ owner }: OwnerView, { cluster, templateThere }: OwnerAround): SeenWait | null {
  const { kind, name } = owner;
  const object = { kind, name };
  if (cluster.paused) {
    return waitingFor(`the Cluster ${cluster.name} is paused, so no machine is replaced`, {
      level: 'blocked',
      object: { kind: 'Cluster', name: cluster.name },
      impact: 'the rollout stands where it is',
      since: cluster.conditions.get('Paused')?.since ?? null,
      remedy: `Whoever paused it (backup, move, maintenance) has to finish; then kubectl -n ${cluster.namespace} patch cluster ${cluster.name} --type merge -p '{"spec":{"paused":false}}'.`,
    });
  }
  if (owner.paused) {
    return waitingFor(`${kind} ${name} is paused, so no machine is replaced`, {
      level: 'blocked',
      object,
      impact: 'the rollout stands where it is',
      since: owner.conditions.get('Paused')?.since ?? null,
      remedy: `Whoever paused it has to finish; then take away its annotation cluster.x-k8s.io/paused, or set spec.paused to false.`,
    });
  }
  // Of a control plane that has machines, Cluster API says nothing about it in any condition.
  if (!templateThere) {
    return waitingFor(`${kind} ${name} names the machine template ${owner.template.name}, which is not there`, {
      level: 'blocked',
      object: { kind: owner.template.kind, name: owner.template.name },
      impact: 'no machine is made',
      remedy: `Make it again, or let ${kind} ${name} name one that is there.`,
    });
  }
  if (owner.managed?.passedOn === false) return notPassedOn(owner, cluster);
  if (owner.observed) return null;
  return waitingFor(`${kind} ${name} was changed, and its controller has not taken it up yet`, {
    object,
    since: owner.askedAt,
    impact: 'what it says of itself is about what was before',
    remedy: `If it stays so, look at the pods and the log of Cluster API's controllers: one that is down, or an object that ${name} refers to and that is not there, stops it without a word.`,
  });
}

/** The topology's controller waits for other parts, for hooks of extensions, or fails to make what the class says. */
function notPassedOn({ kind, name }: OwnerView['owner'], cluster: Cluster): SeenWait {
  const said = cluster.conditions.get('TopologyReconciled');
  const open = said?.status === 'True' ? undefined : said;
  return waitingFor(`what the Cluster ${cluster.name} asks for has not come to ${kind} ${name} yet${tail(open)}`, {
    object: { kind: 'Cluster', name: cluster.name },
    since: open?.since ?? null,
    impact: 'no machine is replaced',
    remedy: `If it stays so, read the condition TopologyReconciled: kubectl -n ${cluster.namespace} describe cluster ${cluster.name}.`,
  });
}

/** What is said of the owner as a whole, for when no machine tells more. */
function wholeWaits({ owner, machines }: OwnerView): SeenWait[] {
  const { kind, name, conditions } = owner;
  const object = { kind, name };
  const waits: SeenWait[] = [];
  for (const type of ['ScalingUp', 'ScalingDown', ...healthConditions]) {
    const said = conditions.get(type);
    const open = type.startsWith('Scaling') ? said?.status === 'True' : said !== undefined && said.status !== 'True';
    if (open) waits.push(waitingFor(`${kind} ${name}: ${type}${tail(said)}`, { object, since: said?.since ?? null }));
  }
  const old = machines.filter(({ asWanted, isGoing }) => asWanted === false && !isGoing);
  const [next] = old;
  if (!owner.replacesItself && next !== undefined) {
    waits.unshift(
      waitingFor(`${kind} ${name} replaces a machine only when somebody deletes it (strategy OnDelete)`, {
        object,
        level: 'blocked',
        remedy: `Delete its old Machines one after another, ${next.machine.name} first, or set its strategy to RollingUpdate.`,
      }),
    );
  }
  const rolling = holds(conditions, 'RollingOut') ? conditions.get('RollingOut') : undefined;
  const what =
    next === undefined
      ? `${kind} ${name} is not settled yet${tail(rolling)}`
      : `${next.machine.name} is replaced next, ${old.length} of ${owner.replicas} are still to come`;
  waits.push(waitingFor(what, { object, since: rolling?.since ?? null }));
  return waits;
}
