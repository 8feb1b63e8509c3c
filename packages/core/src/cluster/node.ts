import { z } from 'zod';

/** A node of the enterprise cluster, as its API server and Cluster API report it. */
export const nodeSchema = z.object({
  name: z.string(),
  role: z.enum(['control-plane', 'worker']),
  version: z.string(),
  template: z.string(),
  ready: z.boolean(),
  message: z.string(),
  /** The Machine behind it; null where none is known. */
  machine: z.string().nullable().default(null),
  /** Of the Machine, such as `Running`; empty where it is not known. */
  phase: z.string().default(''),
  /** Since when it is as it is; null where nobody says. */
  since: z.iso.datetime().nullable().default(null),
});
export type ClusterNode = z.infer<typeof nodeSchema>;
