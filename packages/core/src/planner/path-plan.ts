import { z } from 'zod';
import { packVersionSchema } from '../pack/pack.ts';
import { upgradeEdgeSchema } from '../release/release.ts';
import { usualTimeSchema } from '../upgrade/estimate/estimate.ts';
import { nodeImageDecisionSchema } from '../upgrade/plan/plan.ts';
import { hopRules } from './hop-rules.ts';

const brokenRuleSchema = z.object({ rule: z.enum(hopRules), reason: z.string() });

/** One step of a path, with what it needs. */
export const pathHopSchema = z.object({
  from: packVersionSchema,
  to: packVersionSchema,
  /** By which declared edge. */
  reason: z.string(),
  risk: upgradeEdgeSchema.shape.risk,
  nodeImage: nodeImageDecisionSchema,
  /** Which nodes are rolled to which Kubernetes, in order. */
  rollouts: z.array(z.object({ group: z.enum(['control-plane', 'workers']), kubernetes: packVersionSchema })),
  /** Cluster API that the hop installs before its machines are made; null where it stays. */
  providers: packVersionSchema.nullable(),
  /** The oldest gateway with which the hop may begin; null where it waits for none. */
  gateways: packVersionSchema.nullable(),
  /** What its new templates take in vCenter. */
  templateBytes: z.int().nonnegative(),
  /** Whether all that its release pins was found in the registry; null where nobody looked. */
  contentPresent: z.boolean().nullable(),
  /** How long such a hop takes here, by the site's own history; null where too little is known to say. */
  time: usualTimeSchema.nullable(),
});
export type PathHop = z.infer<typeof pathHopSchema>;

/** A whole path: every hop may be taken. */
export const plannedPathSchema = z.object({
  hops: z.array(pathHopSchema).min(1),
  /** How often the control plane and the workers are rolled. */
  rollouts: z.object({ 'control-plane': z.int().nonnegative(), workers: z.int().nonnegative() }),
  /** How many machines are replaced; null where nobody knows how many there are. */
  machines: z.int().nonnegative().nullable(),
  /** Names of risks to accept on the way. */
  risks: z.array(z.string()),
  /** Null unless the time of every hop is known. */
  time: usualTimeSchema.nullable(),
});
export type PlannedPath = z.infer<typeof plannedPathSchema>;

/** Why a newer release cannot be reached: the fewest broken rules of any way to it. */
export const refusedReleaseSchema = z.object({
  version: packVersionSchema,
  because: z.array(brokenRuleSchema.extend({ from: packVersionSchema, to: packVersionSchema })).min(1),
});
export type RefusedRelease = z.infer<typeof refusedReleaseSchema>;

/** `GET /api/v1/path`: the way from a release to another, over as many hops as it takes. */
export const pathPlanSchema = z.object({
  product: z.string(),
  from: packVersionSchema,
  /** Where it leads; null where no newer release can be reached and none was asked for. */
  to: packVersionSchema.nullable(),
  /** Null where there is none: `refused` says why. */
  path: plannedPathSchema.nullable(),
  /** Why it is not taken in one step; empty where it is, or there is no path. */
  notDirectly: z.array(brokenRuleSchema),
  /** The next best ways to the same release, the better first. */
  runnersUp: z.array(plannedPathSchema),
  /** Newer releases that cannot be reached, newest first; then an older one, where it was asked for. */
  refused: z.array(refusedReleaseSchema),
});
export type PathPlan = z.infer<typeof pathPlanSchema>;
