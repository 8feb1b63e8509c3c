import type { SeenWait } from '@sealift/core/upgrade';
import { z } from 'zod';
import type { KubeObject } from '../../objects/object.ts';
import { conditionOf, conditionsSchema, heard } from '../conditions.ts';
import type { Related } from '../related.ts';
import { waitOf } from '../result.ts';
import { claim } from '../kinds/claim.ts';
import { containerStatus, type ContainerStatus, type Fault, faultOf } from './container.ts';
import { latestEvent } from './event.ts';

const named = z
  .array(z.object({ name: z.string(), image: z.string().nullish(), restartPolicy: z.string().nullish() }))
  .max(1000)
  .nullish();
const statuses = z.array(containerStatus).max(1000).nullish();
const fields = z.object({
  spec: z.object({
    initContainers: named,
    containers: named,
    volumes: z
      .array(z.object({ persistentVolumeClaim: z.object({ claimName: z.string() }).nullish() }))
      .max(1000)
      .nullish(),
    nodeName: z.string().nullish(),
  }),
  status: z
    .object({
      phase: z.string().nullish(),
      reason: z.string().nullish(),
      conditions: conditionsSchema,
      initContainerStatuses: statuses,
      containerStatuses: statuses,
    })
    .nullish(),
});
type Fields = z.infer<typeof fields>;

/** What is wrong with a pod that is not ready, as far as its status, its claims and its events tell; undefined where they tell nothing. */
export function troubleOf(pod: KubeObject, related: Related): SeenWait | undefined {
  const { data } = fields.safeParse(pod);
  if (data === undefined) return undefined;
  return (
    unscheduled(pod, data, related) ??
    badContainer(pod, data, related) ??
    noVolume(pod, data, related) ??
    noSandbox(pod, data, related)
  );
}

function unscheduled(pod: KubeObject, { spec, status }: Fields, related: Related): SeenWait | undefined {
  const condition = conditionOf(status?.conditions, 'PodScheduled');
  if (condition?.status !== 'False') return undefined;
  const known = { level: 'blocked', ...heard(condition, pod) } as const;
  if (condition.reason === 'SchedulingGated') {
    return waitOf(pod, 'is held back by its scheduling gates', {
      ...known,
      remedy: 'See that the controller which takes the gates away runs.',
    });
  }
  // A claim is the nearer reason, where the scheduler names one.
  const waiting = /persistentvolumeclaim|volume/i.test(condition.message ?? '')
    ? pendingClaim(pod, spec, related)
    : undefined;
  if (waiting !== undefined) return waiting;
  const remedy =
    'Free or add a node that fits, or correct what the pod asks for: the message counts the nodes by what rules them out.';
  return waitOf(pod, 'finds no node', { ...known, remedy });
}

function badContainer(pod: KubeObject, { spec, status }: Fields, { events }: Related): SeenWait | undefined {
  const faults = [
    ...faultsOf(pod, status?.initContainerStatuses, spec.initContainers, true, events),
    ...faultsOf(pod, status?.containerStatuses, spec.containers, false, events),
  ];
  // One that only takes its time is no reason while another one can't go on.
  const fault = faults.find(({ known }) => known.level !== undefined) ?? faults[0];
  if (fault === undefined) return undefined;
  const since = fault.known.since ?? heard(conditionOf(status?.conditions, 'ContainersReady'), pod).since;
  return waitOf(pod, fault.what, { ...fault.known, since });
}

function faultsOf(
  pod: KubeObject,
  statuses: readonly ContainerStatus[] | null | undefined,
  declared: Fields['spec']['containers'],
  areInit: boolean,
  events: readonly KubeObject[] | undefined,
): readonly Fault[] {
  return (statuses ?? []).flatMap((one) => {
    const own = declared?.find(({ name }) => name === one.name);
    const isInit = areInit && own?.restartPolicy !== 'Always';
    return faultOf(pod, one, { image: own?.image ?? one.image ?? '', isInit }, events) ?? [];
  });
}

function noVolume(pod: KubeObject, { spec }: Fields, related: Related): SeenWait | undefined {
  const waiting = pendingClaim(pod, spec, related);
  if (waiting !== undefined) return waiting;
  const event = latestEvent(related.events, pod, ['FailedMount', 'FailedAttachVolume']);
  if (event === undefined) return undefined;
  const remedy = 'Look at the storage driver on its node, and whether the volume is still attached to another node.';
  return waitOf(pod, 'gets no volume on its node', {
    since: event.since,
    level: 'stalled',
    reference: event.message,
    remedy,
  });
}

function pendingClaim(pod: KubeObject, { volumes }: Fields['spec'], related: Related): SeenWait | undefined {
  const names = new Set((volumes ?? []).flatMap(({ persistentVolumeClaim }) => persistentVolumeClaim?.claimName ?? []));
  for (const one of related.claims ?? []) {
    if (one.metadata.namespace !== pod.metadata.namespace || !names.has(one.metadata.name)) continue;
    const { wait } = claim(one, related);
    if (wait !== null) return wait;
  }
  return undefined;
}

function noSandbox(pod: KubeObject, { status }: Fields, { events }: Related): SeenWait | undefined {
  if (status?.phase !== 'Pending') return undefined;
  const event = latestEvent(events, pod);
  if (event === undefined) return undefined;
  const known = { since: event.since, level: 'stalled', reference: event.message } as const;
  return waitOf(pod, `can't be started on its node: ${event.reason}`, {
    ...known,
    remedy: 'Look at the node, its network plugin and its kubelet.',
  });
}
