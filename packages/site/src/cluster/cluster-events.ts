import { type ClusterEvent, mostEvents } from '@sealift/core/cluster';
import type { ClusterName } from '@sealift/kubernetes/cluster';
import { readClusterState } from '@sealift/kubernetes/cluster-state';
import { type KubeEvent, newestEvents, newestFirst } from '@sealift/kubernetes/events';
import type { Objects } from '@sealift/kubernetes/objects';
import type { Cancel } from '@sealift/upgrade/ports/cancel';
import type { EventsPort } from '@sealift/upgrade/ports/events';

/** Whose events are read; connected when they are first needed. */
export interface EventSides {
  enterprise(): Promise<Objects>;
  /** Where Cluster API is; undefined where that is the enterprise cluster. */
  readonly management: (() => Promise<Objects>) | undefined;
  readonly cluster: ClusterName | undefined;
}

/** The events of the enterprise cluster, and of the namespace in which Cluster API keeps its machines. */
export function clusterEvents({ enterprise, management, cluster }: EventSides): EventsPort {
  return {
    async latest(cancel) {
      const own = await enterprise();
      const sides: Parameters<typeof read>[0][] = [{ objects: own }];
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
    },
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
