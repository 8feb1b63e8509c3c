import type { ClusterEvents } from '@sealift/core/cluster';
import type { Cancel } from './cancel.ts';

/** What people read of a cluster besides its nodes and layers; no step asks for it. */
export interface EventsPort {
  latest(cancel: Cancel): Promise<ClusterEvents>;
}
