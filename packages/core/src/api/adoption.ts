import { z } from 'zod';
import { siteDifferenceSchema } from '../adoption/difference.ts';
import { valuesSources } from '../adoption/match-layer.ts';
import { providerNames } from '../adoption/survey.ts';
import { nodeSchema } from '../cluster/node.ts';
import { layerNameSchema, packNameSchema, packVersionSchema } from '../pack/pack.ts';
import { digestSchema } from '../release/digest.ts';

const layerPlace = { layer: layerNameSchema, pack: packNameSchema };
const sha256 = z.string().regex(/^[0-9a-f]{64}$/, '64 lower-case hex digits');

/** `POST /api/v1/platform/survey`: looks at what runs, and compares it with a release of the catalogue. */
export const surveyRequestSchema = z.object({
  /** Without it the release that fits best is found. */
  version: packVersionSchema.optional(),
  /** What the site runs in layers whose values nothing in the cluster tells. */
  values: z
    .array(z.object({ ...layerPlace, values: z.string().max(4_000_000) }))
    .max(100)
    .default([]),
  /** Layers that run the default values of their packs, where nothing in the cluster tells. */
  defaults: z.array(z.object(layerPlace)).max(100).default([]),
});
export type SurveyRequest = z.infer<typeof surveyRequestSchema>;

/**
 * `POST /api/v1/platform/adopt`: records what the cluster runs. A console that is connected to one has looked before, with the same request.
 */
export const adoptRequestSchema = surveyRequestSchema.extend({
  /** The `digest` of the proposal that was shown. Only a console without a cluster does without, and believes version and values. */
  proposal: sha256.optional(),
});
export type AdoptRequest = z.infer<typeof adoptRequestSchema>;

const proposedLayerSchema = z.object({
  ...layerPlace,
  version: packVersionSchema,
  digest: digestSchema,
  state: z.enum(['found', 'absent', 'differs']),
  /** The version that runs; null where nothing does, or nothing tells. */
  runs: z.string().nullable(),
  valuesFrom: z.enum(valuesSources),
  /** How many paths the site changed; null where its values are not known. */
  customisations: z.int().nullable(),
});
export type ProposedLayer = z.infer<typeof proposedLayerSchema>;

/** What was found at the site, as the profile that it would be given, and all that speaks against it. */
export const adoptionProposalSchema = z.object({
  /** SHA-256 (hex) of release, values and everything below: what adopting it names. */
  digest: sha256,
  product: z.string(),
  version: packVersionSchema,
  kubernetes: z.object({ expected: z.string(), found: z.string() }),
  /** Name of the template of the release's nodes, and whether it is in vCenter; null where the release brings none. */
  template: z.object({ name: z.string(), isThere: z.boolean() }).nullable(),
  layers: z.array(proposedLayerSchema),
  nodes: z.array(nodeSchema),
  providers: z.array(
    z.object({ name: z.enum(providerNames), expected: z.string().nullable(), found: z.string().nullable() }),
  ),
  /** Releases of Helm, and apply sets, that are none of this release's layers: they stay as they are. */
  others: z.object({ charts: z.array(z.string()), applySets: z.array(z.string()) }),
  /** None: it can be adopted. */
  differences: z.array(siteDifferenceSchema),
  simulated: z.boolean(),
});
export type AdoptionProposal = z.infer<typeof adoptionProposalSchema>;
