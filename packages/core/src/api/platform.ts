import { z } from 'zod';
import { layerNameSchema, packNameSchema, packVersionSchema } from '../pack/pack.ts';
import { nodeImageDecisionSchema } from '../plan/plan.ts';
import { digestSchema, upgradeEdgeSchema } from '../release/release.ts';

/** One check behind a Summary sentence or a preflight. */
export const checkSchema = z.object({
  name: z.string(),
  title: z.string(),
  outcome: z.enum(['pass', 'warn', 'block', 'unknown']),
  detail: z.string(),
  remedy: z.string().optional(),
});
export type Check = z.infer<typeof checkSchema>;

/** A sentence of the Summary page: shown as stated only when every check behind it passes. */
export const statementSchema = z.object({ text: z.string(), holds: z.boolean(), checks: z.array(checkSchema) });
export type Statement = z.infer<typeof statementSchema>;

/** A release in the catalogue that is newer than the installed one, legal or refused with the reason. */
export const availableUpdateSchema = z.object({
  version: packVersionSchema,
  release: digestSchema,
  legal: z.boolean(),
  reason: z.string(),
  risk: upgradeEdgeSchema.shape.risk,
  nodeImage: nodeImageDecisionSchema,
});
export type AvailableUpdate = z.infer<typeof availableUpdateSchema>;

/** `GET /api/v1/updates`. */
export const updateListSchema = z.object({
  product: z.string().nullable(),
  installed: packVersionSchema.nullable(),
  recommended: availableUpdateSchema.nullable(),
  available: z.array(availableUpdateSchema),
});
export type UpdateList = z.infer<typeof updateListSchema>;

export const nodeSchema = z.object({
  name: z.string(),
  role: z.enum(['control-plane', 'worker']),
  version: z.string(),
  template: z.string(),
  ready: z.boolean(),
  message: z.string(),
});
export type ClusterNode = z.infer<typeof nodeSchema>;

/** `GET /api/v1/summary`. */
export const summarySchema = z.object({
  /** Null until a release is adopted. */
  product: z.string().nullable(),
  version: packVersionSchema.nullable(),
  statements: z.array(statementSchema),
  update: availableUpdateSchema.nullable(),
  nodes: z.array(nodeSchema),
  /** True when nodes and layers are the demo's simulation; every page says so. */
  simulated: z.boolean(),
  /** Host of the real vCenter that templates and storage are taken from; null where there is none, also beside a simulated cluster. */
  vcenter: z.string().nullable(),
  store: z.enum(['embedded', 'postgresql']),
  /** The upgrade that locks the console, if one does. */
  lockedBy: z.string().nullable(),
});
export type Summary = z.infer<typeof summarySchema>;

/** `POST /api/v1/platform/adopt`: records that the cluster already runs `version`, with these values where the site customised them. */
export const adoptRequestSchema = z.object({
  version: packVersionSchema,
  values: z
    .array(z.object({ layer: layerNameSchema, pack: packNameSchema, values: z.string().max(4_000_000) }))
    .max(100)
    .default([]),
});
export type AdoptRequest = z.infer<typeof adoptRequestSchema>;

/** `GET /api/v1/profile`. `GET /api/v1/profile/export` answers the same as a tar.gz of one YAML file a layer and `profile.json`. */
export const profileLayerViewSchema = z.object({
  layer: layerNameSchema,
  pack: packNameSchema,
  version: packVersionSchema,
  displayName: z.string(),
  digest: digestSchema,
  baseValues: z.string(),
  currentValues: z.string(),
  customised: z.boolean(),
  /** How many paths the site changed. */
  customisations: z.int(),
});
export type ProfileLayerView = z.infer<typeof profileLayerViewSchema>;
export const profileViewSchema = z.object({
  product: z.string(),
  version: packVersionSchema,
  layers: z.array(profileLayerViewSchema),
});
export type ProfileView = z.infer<typeof profileViewSchema>;
