import { z } from 'zod';
import { layerNameSchema } from '../pack/pack.ts';
import { upgradeStateSchema } from '../upgrade/lifecycle/lifecycle.ts';
import { valueProblemSchema } from './upgrades.ts';

const valuesTextSchema = z.string().max(4_000_000);

/** `GET /api/v1/profile/layers/:layerId`: what is edited, and what the pack says of it. Its `ETag` is the profile's revision. */
export const layerValuesSchema = z.object({
  /** `<layer>-<pack>`. */
  id: z.string(),
  layer: layerNameSchema,
  pack: z.string(),
  version: z.string(),
  displayName: z.string(),
  revision: z.int().nonnegative(),
  /** What runs. */
  values: z.string(),
  /** Of the pack. */
  defaults: z.string(),
  /** The pack's `values.schema.json`; null where it has none. */
  jsonSchema: z.string().nullable(),
  /** Why the pack could not be read in a registry: what it says of its values is not known then. */
  schemaMissing: z.string().nullable(),
});
export type LayerValues = z.infer<typeof layerValuesSchema>;

/** `POST /api/v1/profile/layers/:layerId/check` and `…/values`. */
export const layerValuesRequestSchema = z.object({ values: valuesTextSchema });

/** What a layer's pack says of a text. */
export const layerValuesCheckSchema = z.object({
  problems: z.array(valueProblemSchema),
  /** Whether it is another text than what is recorded, or others may run because their upgrade was ended early. */
  changes: z.boolean(),
});
export type LayerValuesCheck = z.infer<typeof layerValuesCheckSchema>;

/** `GET /api/v1/profile/layers/:layerId/history`: what ran before, the newest first; each until an upgrade that was confirmed then. */
export const layerHistorySchema = z.object({
  entries: z.array(
    z.object({
      upgrade: z.string(),
      from: z.string(),
      to: z.string(),
      state: upgradeStateSchema,
      until: z.iso.datetime(),
      confirmedBy: z.string().nullable(),
      packVersion: z.string(),
      values: z.string(),
    }),
  ),
  /** Goes on with older ones; null at the end. */
  next: z.string().nullable(),
});
export type LayerHistory = z.infer<typeof layerHistorySchema>;
