import { z } from 'zod';

/** A node of the enterprise cluster, as its API server and Cluster API report it. */
export const nodeSchema = z.object({
  name: z.string(),
  role: z.enum(['control-plane', 'worker']),
  version: z.string(),
  template: z.string(),
  ready: z.boolean(),
  message: z.string(),
});
export type ClusterNode = z.infer<typeof nodeSchema>;
