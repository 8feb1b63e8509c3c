import { z } from 'zod';
import { nodeSchema } from '../cluster/node.ts';
import { layerNameSchema } from '../pack/pack.ts';
import { seenWaitSchema } from '../upgrade/wait/wait.ts';

/** `GET /api/v1/cluster/nodes`. */
export const clusterNodesSchema = z.object({ nodes: z.array(nodeSchema) });

/** `GET /api/v1/cluster/layers`: what the cluster runs beside what is recorded. */
export const clusterLayersSchema = z.object({
  layers: z.array(
    z.object({
      layer: layerNameSchema,
      pack: z.string(),
      /** As the cluster runs it; null where it is recorded and not there. */
      version: z.string().nullable(),
      /** As it is recorded; null where it is there and not recorded. */
      recorded: z.string().nullable(),
      /** What it waits for; null when it is healthy. */
      wait: seenWaitSchema.nullable(),
    }),
  ),
});
export type ClusterLayer = z.infer<typeof clusterLayersSchema>['layers'][number];

/** `POST /api/v1/cluster/kubeconfig`: how long it lives. */
export const kubeconfigRequestSchema = z.object({ hours: z.int().min(1).max(24).default(8) });

/** The kubeconfig itself: the answer is the only place where it is shown. */
export const issuedKubeconfigSchema = z.object({
  kubeconfig: z.string(),
  fileName: z.string(),
  server: z.string(),
  /** As the API server says, which may give it a shorter life. */
  expiresAt: z.iso.datetime(),
});
