import { type ClusterEvent, type ClusterEvents, mostEvents } from '@sealift/core/cluster';
import type { ClusterName } from '@sealift/kubernetes/cluster';
import { readClusterState } from '@sealift/kubernetes/cluster-state';
import { type KubeEvent, newestEvents, newestFirst } from '@sealift/kubernetes/events';
import type { Objects } from '@sealift/kubernetes/objects';
import type { Cancel } from '@sealift/upgrade/ports/cancel';
import type { EventsPort } from '@sealift/upgrade/ports/events';

/** Whose events are read; connected when they are first needed. */
export interface EventSides {
  readonly enterprise: () => Promise<Objects>;
  /** Where Cluster API is; undefined where that is the enterprise cluster. */
  readonly management: (() => Promise<Objects>) | undefined;
  readonly cluster: ClusterName | undefined;
}

/** However many pages look at them, the API servers are asked once in this time. */
const freshMs = 3000;

/** The events of the enterprise cluster, and of the namespace in which Cluster API keeps its machines. */
export function clusterEvents(sides: EventSides): EventsPort {
  let last: { readonly at: number; readonly events: ClusterEvents } | undefined;
  return {
    async latest(cancel) {
      if (last === undefined || performance.now() - last.at > freshMs)
        last = { events: await readEvents(sides, cancel), at: performance.now() };
      return last.events;
    },
  };
}

async function readEvents({ enterprise, management, cluster }: EventSides, cancel: Cancel): Promise<ClusterEvents> {
  const sides: Parameters<typeof read>[0][] = [{ objects: await enterprise() }];
  if (management !== undefined) {
    const objects = await management();
    const { namespace } = (await readClusterState(objects, cluster, cancel)).cluster;
    sides.push({ objects, namespace });
  }
  const found = await Promise.all(sides.map((side) => read(side, cancel)));
  const warnings = merged(found.map((one) => one.warnings.events));
  const rest = merged(found.map((one) => one.rest.events));
  const all = [...warnings, ...rest];
  return {
    events: all.slice(0, mostEvents),
    more: all.length > mostEvents || found.some((one) => one.warnings.more || one.rest.more),
    note: all.length === 0 ? 'The cluster keeps no events now: an API server forgets them after an hour.' : null,
  };
}

async function read(
  { objects, namespace }: { readonly objects: Objects; readonly namespace?: string },
  cancel: Cancel,
) {
  const of = { most: mostEvents, ...(namespace === undefined ? {} : { namespace }) };
  const warnings = await newestEvents(objects.client, { ...of, type: 'Warning' }, cancel);
  return { warnings, rest: await newestEvents(objects.client, { ...of, type: 'Normal' }, cancel) };
}

function merged(lists: readonly (readonly KubeEvent[])[]): readonly ClusterEvent[] {
  return lists.flat().toSorted(newestFirst);
}
