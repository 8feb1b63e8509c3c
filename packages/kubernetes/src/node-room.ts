import { quantityOf } from '@sealift/core/release';
import { z } from 'zod';
import { type KubernetesClient, objectPath } from './connection/client.ts';
import { listPages } from './connection/list-pages.ts';

/** What is counted of nodes and pods, as Kubernetes calls it: cores and bytes. */
export const roomNames = ['cpu', 'memory', 'ephemeral-storage'] as const;
type RoomName = (typeof roomNames)[number];
type Amounts = Readonly<Record<RoomName, number>>;

/** A node that takes pods, and what it has for more of them. */
export interface NodeRoom {
  readonly name: string;
  readonly isControlPlane: boolean;
  /** Whether pods come to it that tolerate nothing. */
  readonly isOpen: boolean;
  /** What it has for pods; what it does not tell is undefined. */
  readonly allocatable: Partial<Amounts>;
  /** What is left of it beside the requests of its pods. */
  readonly free: Partial<Amounts>;
}

const quantities = z.record(z.string(), z.union([z.string(), z.number()])).nullish();
const nodeSchema = z.object({
  metadata: z.object({ name: z.string(), labels: z.record(z.string(), z.string()).nullish() }),
  spec: z
    .object({
      unschedulable: z.boolean().nullish(),
      taints: z.array(z.object({ effect: z.string() })).nullish(),
    })
    .nullish(),
  status: z.object({ allocatable: quantities }).nullish(),
});
const container = z.object({
  restartPolicy: z.string().nullish(),
  resources: z.object({ requests: quantities }).nullish(),
});
const podSchema = z.object({
  spec: z.object({
    nodeName: z.string().nullish(),
    containers: z.array(container),
    initContainers: z.array(container).nullish(),
    overhead: quantities,
  }),
  status: z.object({ phase: z.string().nullish() }).nullish(),
});
const controlPlaneRole = 'node-role.kubernetes.io/control-plane';

/** The nodes that take pods, with what they have left; those that are cordoned are left out. @throws as `listPages` */
export async function readNodeRoom(client: KubernetesClient, cancel: AbortSignal): Promise<readonly NodeRoom[]> {
  // Of a pod nothing is kept but its node and what it requests.
  const pod = podSchema.transform(({ spec, status }) => {
    const isOver = status?.phase === 'Succeeded' || status?.phase === 'Failed';
    return isOver || !spec.nodeName ? undefined : { node: spec.nodeName, requests: requestsOf(spec) };
  });
  const nodes = await listPages(client, objectPath('/api/v1', 'nodes'), nodeSchema, { cancel });
  const taken = new Map<string, Amounts>();
  for (const one of await listPages(client, objectPath('/api/v1', 'pods'), pod, { cancel })) {
    if (one !== undefined) taken.set(one.node, plus(taken.get(one.node) ?? none, one.requests));
  }
  return nodes.flatMap(({ metadata: { name, labels }, spec, status }) => {
    if (spec?.unschedulable === true) return [];
    const allocatable = known(status?.allocatable);
    const used = taken.get(name) ?? none;
    const free = Object.fromEntries(
      roomNames.flatMap((room) => {
        const all = allocatable[room];
        return all === undefined ? [] : [[room, Math.max(0, all - used[room])] as const];
      }),
    );
    const isOpen = (spec?.taints ?? []).every(({ effect }) => effect === 'PreferNoSchedule');
    return [{ name, isControlPlane: Object.hasOwn(labels ?? {}, controlPlaneRole), isOpen, allocatable, free }];
  });
}

const none: Amounts = { cpu: 0, memory: 0, 'ephemeral-storage': 0 };

/** What the scheduler counts of a pod (Kubernetes, "Sidecar Containers", "Pod Overhead"), at most: sidecars are taken to run beside every init container. */
function requestsOf({
  containers,
  initContainers,
  overhead,
}: Pick<z.infer<typeof podSchema>['spec'], 'containers' | 'initContainers' | 'overhead'>): Amounts {
  const isSidecar = ({ restartPolicy }: z.infer<typeof container>): boolean => restartPolicy === 'Always';
  const requests = (some: readonly z.infer<typeof container>[]): readonly Amounts[] =>
    some.map(({ resources }) => ({ ...none, ...known(resources?.requests) }));
  const running = requests(containers).reduce(plus, none);
  const starting = requests((initContainers ?? []).filter((one) => !isSidecar(one))).reduce(most, none);
  const beside = requests((initContainers ?? []).filter(isSidecar)).reduce(plus, none);
  return plus(plus(most(running, starting), beside), { ...none, ...known(overhead) });
}

function known(given: z.infer<typeof quantities>): Partial<Amounts> {
  return Object.fromEntries(
    roomNames.flatMap((name) => {
      const amount = quantityOf(given?.[name]);
      return amount === undefined ? [] : [[name, amount] as const];
    }),
  );
}

function plus(a: Amounts, b: Amounts): Amounts {
  return each((name) => a[name] + b[name]);
}

function most(a: Amounts, b: Amounts): Amounts {
  return each((name) => Math.max(a[name], b[name]));
}

function each(amount: (name: RoomName) => number): Amounts {
  return { cpu: amount('cpu'), memory: amount('memory'), 'ephemeral-storage': amount('ephemeral-storage') };
}
