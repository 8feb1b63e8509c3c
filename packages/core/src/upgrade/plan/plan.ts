import { z } from 'zod';
import { packVersionSchema } from '../../pack/pack.ts';
import { digestSchema } from '../../release/digest.ts';
import { type PlanStep, planStepSchema } from '../step/step.ts';

/** One version step of a path. */
export const hopSchema = z.object({
  from: packVersionSchema,
  to: packVersionSchema,
  /** Digest of the release marker's manifest. */
  release: digestSchema,
  steps: z.array(planStepSchema),
});
export type Hop = z.infer<typeof hopSchema>;

/** Whether a release needs a new node image, and why; computed from the release, never asked of a person. */
export const nodeImageDecisionSchema = z.object({
  needed: z.boolean(),
  ova: z.string().optional(),
  template: z.string().optional(),
  kubernetesFrom: packVersionSchema,
  kubernetesTo: packVersionSchema,
  reason: z.string(),
});
export type NodeImageDecision = z.infer<typeof nodeImageDecisionSchema>;

/** What an upgrade will do, hop by hop and step by step. */
export const planSchema = z.object({
  product: z.string(),
  from: packVersionSchema,
  to: packVersionSchema,
  nodeImage: nodeImageDecisionSchema,
  hops: z.array(hopSchema).min(1),
});
export type Plan = z.infer<typeof planSchema>;

/** Every step of a plan, in order. */
export function stepsOfPlan(plan: Plan): readonly PlanStep[] {
  return plan.hops.flatMap(({ steps }) => steps);
}
