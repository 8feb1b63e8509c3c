import { type SeenWait, waitingFor } from '@sealift/core/upgrade';
import type { AddressClaim } from '@sealift/kubernetes/address-claims';
import { type Condition, holds } from '@sealift/kubernetes/conditions';
import type { EtcdLook } from './etcd-watch.ts';
import type { MachineView } from './view.ts';

/** How long a condition of a machine that ran before may be off before it is said to block: it is for seconds in every step. */
const flickerMs = 60_000;

/** What is known besides the machine. */
export interface Around {
  readonly claims: readonly AddressClaim[];
  readonly now: Date;
  /** Of the machines of a control plane. */
  readonly etcd: EtcdLook;
}

/** What a machine that stays waits for until it is a ready node; null for one that is. */
export function comingWait(view: MachineView, around: Around): SeenWait | null {
  const { machine, infrastructure } = view;
  const { name, conditions } = machine;
  const object = { kind: 'Machine', name };
  const known = { object, impact: 'no machine is taken away until it is ready' };
  if (view.cameBackOther) {
    return waitingFor(
      `${name} was made for Kubernetes ${machine.version}, and its node ${machine.node ?? ''} runs ${machine.kubelet}`,
      {
        ...known,
        level: 'failed',
        impact: 'the other machines stay as they are',
        remedy: `Find out which image ${infrastructure?.template ?? 'the template'} holds, put the right one in its place, and delete Machine ${name}: Cluster API makes it anew.`,
      },
    );
  }
  if (view.isReady) return unhealthyPart(view, around);
  if (machine.phase === 'Failed') {
    const what = `${name} has failed for good${tail(conditions.get('InfrastructureReady') ?? conditions.get('Ready'))}`;
    const remedy = `Read what it says with kubectl describe machine ${name}, mend it, and delete the Machine: another one is made.`;
    return waitingFor(what, { ...known, level: 'blocked', remedy });
  }
  const bootstrap = conditions.get('BootstrapConfigReady');
  if (bootstrap !== undefined && bootstrap.status !== 'True') {
    return waitingFor(`${name} waits for its bootstrap data${tail(bootstrap)}`, { ...known, since: bootstrap.since });
  }
  if (!holds(conditions, 'InfrastructureReady')) return infrastructureWait(view, around, known);
  if (machine.node === undefined) {
    const since = conditions.get('InfrastructureReady')?.since ?? null;
    return waitingFor(`the VM of ${name} runs, and its node has not joined the cluster yet`, { ...known, since });
  }
  const ready = conditions.get('NodeReady') ?? conditions.get('NodeHealthy');
  return waitingFor(`the node ${machine.node} of ${name} is not ready yet${tail(ready)}`, {
    ...known,
    since: ready?.since ?? null,
    remedy: `It is normal for the first minutes of a node. Else kubectl describe node ${machine.node} says what is missing, and the log of its kubelet why; it goes on by itself once the node is ready.`,
  });
}

function infrastructureWait(
  { machine, infrastructure }: MachineView,
  { claims }: Around,
  known: Partial<SeenWait>,
): SeenWait {
  const { name } = machine;
  const claim = claims.find(({ isBound, name: of }) => !isBound && of.startsWith(`${machine.infrastructure.name}-`));
  if (claim !== undefined) {
    const what = `${name} has no address: the claim ${claim.name} is not answered by ${claim.pool}`;
    return waitingFor(`${what}${claim.message === '' ? '' : ` (${claim.message})`}`, {
      ...known,
      since: claim.createdAt,
      level: 'blocked',
      object: { kind: 'IPAddressClaim', name: claim.name },
      remedy: `Give ${claim.pool} more addresses, or delete claims that no machine needs any more.`,
    });
  }
  const said = saidOfVm(infrastructure) ?? machine.conditions.get('InfrastructureReady');
  const since = said?.since ?? machine.createdAt;
  const template = infrastructure?.template ?? '';
  if (said !== undefined && failsToClone(said)) {
    return waitingFor(`the VM of ${name} cannot be made from ${template}${tail(said)}`, {
      ...known,
      since,
      level: 'blocked',
      reference: said.message === '' ? said.reason : said.message,
      remedy: `Put the template at ${template}, or mend what the message names; it is tried again by itself. Then, if ${name} stays as it is, delete the Machine.`,
    });
  }
  return waitingFor(`the VM of ${name} is being made from ${template}${tail(said)}`, { ...known, since });
}

/** The vSphere provider's own condition tells more than `Ready`, which sums it up; the older kind's is named otherwise. */
function saidOfVm(infrastructure: MachineView['infrastructure']): Condition | undefined {
  const { conditions } = infrastructure ?? {};
  return conditions?.get('VirtualMachineProvisioned') ?? conditions?.get('VMProvisioned') ?? conditions?.get('Ready');
}

/** Whether the VM of a machine could not be made since the provider found no template; what it says may be of minutes ago. */
export function lacksTemplate({ machine, infrastructure, isGoing }: MachineView): boolean {
  const said = saidOfVm(infrastructure) ?? machine.conditions.get('InfrastructureReady');
  return !isGoing && said !== undefined && said.status !== 'True' && /unable to find template/i.test(said.message);
}

/** The older kind of condition has reasons such as CloningFailed; the newer one of the same failure is NotProvisioned, with a message. */
function failsToClone({ status, reason, message }: Condition): boolean {
  if (status === 'True') return false;
  return (
    /Failed|Failure|Error/.test(reason) ||
    (reason === 'NotProvisioned' && message !== '') ||
    /unable to find|not found/i.test(message)
  );
}

/** What Cluster API says of the parts of a control-plane machine, in words, with the name of the part's pod. */
const parts = [
  ['EtcdMemberHealthy', 'the etcd member', 'etcd'],
  ['EtcdPodHealthy', 'the etcd pod', 'etcd'],
  ['APIServerPodHealthy', 'the API server', 'kube-apiserver'],
  ['ControllerManagerPodHealthy', 'the controller manager', 'kube-controller-manager'],
  ['SchedulerPodHealthy', 'the scheduler', 'kube-scheduler'],
] as const;

/** A machine that is a ready node, and a part of which is not known to be well. */
function unhealthyPart(view: MachineView, around: Around): SeenWait | null {
  const pod = etcdPodWait(view, around);
  if (pod !== null) return pod;
  const { name, node, conditions } = view.machine;
  for (const [type, part, pod] of parts) {
    const said = conditions.get(type);
    if (said === undefined || said.status === 'True') continue;
    const state = said.status === 'Unknown' ? 'is not known to be healthy' : 'is not healthy';
    return partWait(view, around, {
      what: `${part} of ${name} ${state}${tail(said)}`,
      since: said.since,
      look: `Look at it on ${node ?? name}: kubectl -n kube-system logs ${pod}-${node ?? name}.`,
    });
  }
  return null;
}

/** The etcd pod of a machine that is a ready node, which tells within seconds what Cluster API says minutes later; null where it is well or nobody knows. */
export function etcdPodWait(view: MachineView, around: Around): SeenWait | null {
  const { name, node } = view.machine;
  const pods = 'pods' in around.etcd ? around.etcd.pods : [];
  const trouble = pods.find((pod) => pod.node === node)?.trouble ?? null;
  if (trouble === null) return null;
  const { what, since, remedy, reference, level } = trouble;
  return partWait(view, around, {
    what: `the etcd member of ${name} is not healthy: ${what}`,
    since,
    reference,
    // Such as an image that its node does not get.
    ...(level === 'blocked' ? { level } : {}),
    look: remedy ?? `Look at it on ${node ?? name}: kubectl -n kube-system logs etcd-${node ?? name}.`,
  });
}

/** Of a machine that ran before it blocks once it lasts. */
function partWait(
  { machine: { name }, isNew }: MachineView,
  { now }: Around,
  { look, what, ...said }: Pick<SeenWait, 'what' | 'since'> & Partial<SeenWait> & { readonly look: string },
): SeenWait {
  const lasts = said.since !== null && now.getTime() - Date.parse(said.since) > flickerMs;
  return waitingFor(what, {
    ...said,
    object: { kind: 'Machine', name },
    impact: 'no machine of the control plane is replaced meanwhile',
    remedy: `${look} Cluster API goes on by itself once it is healthy.`,
    ...(isNew || !lasts ? {} : { level: 'blocked' }),
  });
}

/** What somebody else said, behind a colon, in one line. */
export function tail(said: Pick<Condition, 'message'> | undefined): string {
  const text = (said?.message ?? '').replaceAll(/\s*\n\s*/g, ' ').slice(0, 600);
  return text === '' ? '' : `: ${text}`;
}
