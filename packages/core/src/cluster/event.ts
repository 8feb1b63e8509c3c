import { z } from 'zod';

/** An event of a cluster, as its API server keeps it (Kubernetes, "Event" of `v1`). Texts are cut. */
export const clusterEventSchema = z.object({
  type: z.enum(['Warning', 'Normal']),
  reason: z.string(),
  message: z.string(),
  object: z.object({ kind: z.string(), namespace: z.string().nullable(), name: z.string() }),
  /** Who reports it, such as `kubelet`. */
  reporter: z.string(),
  /** How often it was seen. */
  count: z.int().positive(),
  firstAt: z.iso.datetime().nullable(),
  lastAt: z.iso.datetime().nullable(),
});
export type ClusterEvent = z.infer<typeof clusterEventSchema>;

/** How many events are shown at most. */
export const mostEvents = 500;

/** The latest events of the enterprise cluster and of the Cluster API that makes its machines: warnings first, of each the newest first. */
export const clusterEventsSchema = z.object({
  events: z.array(clusterEventSchema).max(mostEvents),
  /** Whether there are more than these. */
  more: z.boolean(),
  /** Why there may be fewer than one expects; null where nothing is to be said. */
  note: z.string().nullable(),
});
export type ClusterEvents = z.infer<typeof clusterEventsSchema>;
