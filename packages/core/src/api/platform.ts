import { z } from 'zod';
import { profileFormat } from '../profile/profile.ts';
import { layerNameSchema, packNameSchema, packVersionSchema } from '../pack/pack.ts';
import { availableUpdateSchema } from '../planner/updates.ts';
import { digestSchema } from '../release/digest.ts';
import { nodeSchema } from '../cluster/node.ts';
import { checkSchema } from '../check/check.ts';
import { upgradeStateSchema } from '../upgrade/lifecycle/lifecycle.ts';

/** A sentence of the Summary page: shown as stated only when every check behind it passes. */
/** The sentence of the Summary that says that the console is healthy, in the words of the runbook. */
export const healthyStatement = 'On-prem system console is healthy';
export const statementSchema = z.object({ text: z.string(), holds: z.boolean(), checks: z.array(checkSchema) });
export type Statement = z.infer<typeof statementSchema>;

/** `GET /api/v1/updates`. */
export const updateListSchema = z.object({
  product: z.string().nullable(),
  installed: packVersionSchema.nullable(),
  recommended: availableUpdateSchema.nullable(),
  available: z.array(availableUpdateSchema),
});
export type UpdateList = z.infer<typeof updateListSchema>;

/** An upgrade that was ended early and of which effects stand: the platform runs parts of both versions. */
export const partlyUpgradedSchema = z.object({
  upgrade: z.string(),
  from: z.string(),
  to: z.string(),
  state: upgradeStateSchema,
  endedAt: z.iso.datetime().nullable(),
  /** Layers that do not run what is recorded: the version each runs, null where it is not on the cluster. */
  layers: z.array(
    z.object({
      layer: layerNameSchema,
      pack: packNameSchema,
      runs: z.string().nullable(),
      recorded: z.string().nullable(),
      planned: z.string().nullable(),
    }),
  ),
  /** What the nodes run, and how many of them. */
  nodes: z.array(z.object({ version: z.string(), template: z.string(), count: z.int().positive() })),
  /** Both ways on, in words. */
  continueBy: z.string(),
  goBackBy: z.string(),
});
export type PartlyUpgraded = z.infer<typeof partlyUpgradedSchema>;

/** `GET /api/v1/summary`. */
export const summarySchema = z.object({
  /** Null until a release is adopted. */
  product: z.string().nullable(),
  /** What is recorded as installed; where `partlyUpgraded` is set, the platform runs parts of another version too. */
  version: packVersionSchema.nullable(),
  partlyUpgraded: partlyUpgradedSchema.nullable(),
  statements: z.array(statementSchema),
  update: availableUpdateSchema.nullable(),
  nodes: z.array(nodeSchema),
  /** False where the cluster could not be asked, or did not tell in time, which nodes it has: then `nodes` is empty. */
  nodesKnown: z.boolean().default(true),
  /** True when nodes and layers are the demo's simulation; every page says so. */
  simulated: z.boolean(),
  /** Host of the real vCenter that templates and storage are taken from; null where there is none, also beside a simulated cluster. */
  vcenter: z.string().nullable(),
  store: z.enum(['embedded', 'postgresql']),
  /** The upgrade that locks the console, if one does. */
  lockedBy: z.string().nullable(),
});
export type Summary = z.infer<typeof summarySchema>;

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
  /** Of the document, also where it is saved as `profile.json`. */
  format: z.literal(profileFormat),
  product: z.string(),
  version: packVersionSchema,
  layers: z.array(profileLayerViewSchema),
});
export type ProfileView = z.infer<typeof profileViewSchema>;
