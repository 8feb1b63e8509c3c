import { z } from 'zod';
import { layerNameSchema, packNameSchema, packVersionSchema } from '../pack/pack.ts';
import { digestSchema } from '../release/release.ts';

/** What a step does, in the order a hop runs them. */
export const stepKinds = [
  'lock-console',
  'backup',
  'gateways',
  'template',
  'cns',
  'cluster-api-providers',
  'control-plane',
  'workers',
  'layer',
  'validate',
  'unlock-console',
] as const;
export const stepKindSchema = z.enum(stepKinds);
export type StepKind = z.infer<typeof stepKindSchema>;

/** How a step can be taken back: undone in place, restored from the backup, or not at all. */
export const rollbackClassSchema = z.enum(['reversible', 'restorable', 'one-way']);
export type RollbackClass = z.infer<typeof rollbackClassSchema>;

/**
 * What a step acts on; only the fields its kind needs are present. A `layer` step without `version` removes the layer.
 * `digest` is that of the OCI artifact's manifest: the pack's, or for a `template` step the node image's.
 */
export const stepTargetSchema = z.object({
  kubernetes: packVersionSchema.optional(),
  /** Template name in vCenter, such as `r_u-2204-0-k-12610-0`. */
  template: z.string().max(200).optional(),
  ova: z.string().max(200).optional(),
  /** SHA-256 of the OVA, lower-case hex. */
  sha256: z.string().optional(),
  layer: layerNameSchema.optional(),
  pack: packNameSchema.optional(),
  version: packVersionSchema.optional(),
  digest: digestSchema.optional(),
});
export type StepTarget = z.infer<typeof stepTargetSchema>;

export const planStepSchema = z.object({
  /** Unique in the plan and stable: `<hop index>-<kind>` or `<hop index>-layer-<layer>-<pack>`. */
  id: z.string().max(300),
  kind: stepKindSchema,
  /** For people: `Roll the control plane to Kubernetes 1.26.10`. */
  title: z.string(),
  target: stepTargetSchema,
  rollback: rollbackClassSchema,
});
export type PlanStep = z.infer<typeof planStepSchema>;

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

export const planSchema = z.object({
  product: z.string(),
  from: packVersionSchema,
  to: packVersionSchema,
  nodeImage: nodeImageDecisionSchema,
  hops: z.array(hopSchema).min(1),
});
export type Plan = z.infer<typeof planSchema>;

/** The text that a layer will run after the upgrade. */
export const mergedLayerSchema = z.object({
  layer: layerNameSchema,
  pack: packNameSchema,
  version: packVersionSchema,
  digest: digestSchema,
  values: z.string(),
});
export type MergedLayer = z.infer<typeof mergedLayerSchema>;

/** What is approved and executed: its canonical JSON is hashed (SHA-256), and the engine refuses any other. */
export const frozenUpgradeSchema = z.object({ plan: planSchema, layers: z.array(mergedLayerSchema) });
export type FrozenUpgrade = z.infer<typeof frozenUpgradeSchema>;
