import { type SeenWait, waitingFor } from '@sealift/core/upgrade';
import { holds } from '@sealift/kubernetes/conditions';
import { type DrainObstacle, drainObstacles, isBudget } from '@sealift/kubernetes/drain';
import { etcdHook, preDrainHook, preTerminateHook } from '@sealift/kubernetes/cluster-api-names';
import { heldBack, unplanned } from './gate.ts';
import { hookAnnotations, isHooked } from './hooks.ts';
import type { EtcdLook } from './etcd-watch.ts';
import type { DiskLook, DiskLooks } from './machine-disks.ts';
import { tail } from './machine-wait.ts';
import type { MachineView, OwnerView } from './view.ts';

/** What a machine that is being taken away waits for. */
export function leavingWait(
  { machine, infrastructure }: MachineView,
  owner: OwnerView,
  { disks, etcd }: { readonly disks: DiskLooks; readonly etcd: EtcdLook },
): SeenWait {
  const { name, conditions } = machine;
  // It is there before the deletion too, and says no then.
  const said = holds(conditions, 'Deleting') ? conditions.get('Deleting') : undefined;
  const known = { object: { kind: 'Machine', name }, since: said?.since ?? machine.deletingSince };
  switch (said?.reason) {
    case 'WaitingForPreDrainHook':
      return hookWait(machine, { owner, etcd }, known);
    case 'DrainingNode':
      return drainWait(name, drainObstacles(said.message), {
        ...known,
        since: machine.drainingSince ?? known.since,
        reference: said.message === '' ? null : said.message,
      });
    case 'WaitingForVolumeDetach':
      return waitingFor(`volumes of ${name} are being detached`, {
        ...known,
        since: machine.detachingSince ?? known.since,
        impact: 'its VM stays until they are: a VM that goes with a disk takes the disk along',
        remedy: `kubectl get volumeattachments shows which volumes are still on ${machine.node ?? name}.`,
      });
    case 'WaitingForPreTerminateHook':
      return terminateWait(machine, disks, { ...known, since: machine.terminatingSince ?? known.since });
    case 'WaitingForInfrastructureDeletion': {
      const provider = infrastructure?.conditions.get('Ready');
      return waitingFor(
        `the VM of ${name} is being deleted${provider?.status === 'True' ? '' : tail(provider)}`,
        known,
      );
    }
    default:
      return waitingFor(`${name} is being taken away${tail(said)}`, known);
  }
}

function hookWait(
  { name, annotations }: MachineView['machine'],
  { owner, etcd }: { readonly owner: OwnerView; readonly etcd: EtcdLook },
  known: Partial<SeenWait>,
): SeenWait {
  const others = othersOf(annotations, preDrainHook);
  if (others.length > 0) return foreignWait(`${name} is not drained`, others, known);
  const strangers = unplanned(owner);
  if (strangers.length > 0) return unplannedWait(owner, strangers);
  const reason = heldBack(owner, etcd);
  return waitingFor(
    reason === undefined ? `${name} is about to be drained` : `${name} is not drained yet: ${reason}`,
    known,
  );
}

/** Hooks of a kind that are neither ours nor Cluster API's own. */
function othersOf(annotations: Readonly<Record<string, string>>, prefix: string): readonly string[] {
  const known = [...Object.values(hookAnnotations), etcdHook];
  return Object.keys(annotations).filter((key) => key.startsWith(prefix) && !known.includes(key));
}

function foreignWait(what: string, hooks: readonly string[], known: Partial<SeenWait>): SeenWait {
  return waitingFor(`${what} before somebody else allows it (${hooks.join(', ')})`, {
    ...known,
    level: 'blocked',
    remedy: 'Whoever set these annotations has to remove them.',
  });
}

/** A machine that is drained, and whose VM is to be deleted. Cluster API removes the etcd member once all others allow it. */
function terminateWait(machine: MachineView['machine'], disks: DiskLooks, known: Partial<SeenWait>): SeenWait {
  const { name, annotations } = machine;
  const look = disks.get(name);
  if (isHooked(machine, 'deletion')) {
    if (look?.state === 'attached') return volumeWait(machine, look, known);
    if (look?.state === 'unseen') return unseenWait(machine, look.vm, known);
  }
  const others = othersOf(annotations, preTerminateHook);
  if (others.length > 0) return foreignWait(`the VM of ${name} is not deleted`, others, known);
  return waitingFor(
    isHooked(machine, 'deletion')
      ? `the VM of ${name} is about to be deleted`
      : `the etcd member of ${name} is being removed`,
    known,
  );
}

function volumeWait(
  { name, node }: MachineView['machine'],
  { vm, disks }: Extract<DiskLook, { readonly state: 'attached' }>,
  known: Partial<SeenWait>,
): SeenWait {
  const shown = `${disks.slice(0, 5).join(', ')}${disks.length > 5 ? ` and ${disks.length - 5} more` : ''}`;
  return waitingFor(`the VM ${vm} of ${name} is not deleted while a volume is on it: ${shown}`, {
    ...known,
    level: 'blocked',
    impact: 'the VM stays: it would take the volume along',
    remedy: `See who still uses it (kubectl get volumeattachments shows what is on ${node ?? name}) and let the CSI driver detach it, or detach the disk from ${vm} in vCenter without deleting its files; it goes on by itself then.`,
  });
}

function unseenWait({ name }: MachineView['machine'], uuid: string, known: Partial<SeenWait>): SeenWait {
  return waitingFor(
    `the VM of ${name} (UUID ${uuid}) is not to be seen in vCenter, so nobody knows which volumes are on it`,
    {
      ...known,
      level: 'blocked',
      impact: 'the Machine stays: its VM would take a volume along',
      remedy: `Let the account of Sealift see the folder of the machines. Where the VM is gone for good: kubectl annotate machine ${name} ${hookAnnotations.deletion}-`,
    },
  );
}

/** Machines or sets that are not of the plan: nothing is taken away until they are explained. */
export function unplannedWait({ owner }: OwnerView, strangers: readonly string[]): SeenWait {
  return waitingFor(`the rollout is not as planned: ${strangers.join('; ')}`, {
    level: 'blocked',
    object: { kind: owner.kind, name: owner.name },
    impact: 'no machine is drained',
    remedy: `Find out who else changes ${owner.kind} ${owner.name}, and undo it: the rollout goes on by itself once machines are as planned.`,
  });
}

function drainWait(name: string, obstacles: readonly DrainObstacle[], known: Partial<SeenWait>): SeenWait {
  const impact = `${name} keeps running, and the next machine waits for it`;
  const budgets = obstacles.filter(isBudget);
  const [first] = budgets;
  if (first === undefined) {
    const [other] = obstacles;
    const what =
      other === undefined ? `${name} is being drained` : `${name} is being drained: ${other.pods}: ${other.reason}`;
    return waitingFor(what, { ...known, impact });
  }
  const more = budgets.length > 1 ? ` (and ${budgets.length - 1} more such budgets)` : '';
  return waitingFor(`${name} cannot be drained: ${sumOf(first)}${more}`, {
    ...known,
    level: 'blocked',
    impact,
    remedy: remedyOf(first),
  });
}

/** The arithmetic of the budget: how many pods may go, and how many are missing for one to go. */
function sumOf({ budget, pods, reason }: DrainObstacle): string {
  if (budget === undefined) return `${pods}: ${reason}`;
  const { name, needs, has } = budget;
  const spare = has - needs;
  const missing = 1 - spare;
  return `the disruption budget ${name} needs ${needs} healthy pods and has ${has}, so ${Math.max(0, spare)} may go; ${missing} more ${missing === 1 ? 'has' : 'have'} to be healthy first (${pods})`;
}

function remedyOf({ budget, pods }: DrainObstacle): string {
  const namespace = pods.includes('/') ? `-n ${pods.slice(0, pods.indexOf('/'))} ` : '';
  const look = budget === undefined ? `kubectl ${namespace}get pdb` : `kubectl ${namespace}get pdb ${budget.name}`;
  return `Start more pods of the application, mend those that are not healthy, or loosen the budget (${look}); it is tried again every 20 seconds.`;
}
