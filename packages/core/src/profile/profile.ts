import { z } from 'zod';
import { layerNameSchema, packNameSchema, packVersionSchema } from '../pack/pack.ts';
import { digestSchema } from '../release/release.ts';

/** One layer of the enterprise cluster's profile: a pack version, its release's default values and what the site runs. */
export const profileLayerSchema = z.object({
  layer: layerNameSchema,
  pack: packNameSchema,
  version: packVersionSchema,
  digest: digestSchema,
  /** The default `values.yaml` of the installed pack version: the merge's base. */
  baseValues: z.string(),
  /** What the site runs: the merge's current. */
  currentValues: z.string(),
});
export type ProfileLayer = z.infer<typeof profileLayerSchema>;

/** Of a profile that is stored or saved. */
export const profileFormat = 1;

/** The ordered layers the enterprise cluster runs. */
export const clusterProfileSchema = z.object({
  format: z.literal(profileFormat),
  product: z.string(),
  version: packVersionSchema,
  layers: z.array(profileLayerSchema),
});
export type ClusterProfile = z.infer<typeof clusterProfileSchema>;
