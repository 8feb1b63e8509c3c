import { z } from 'zod';
import { decisionKindSchema, mergePathSchema, resolutionSchema } from '../merge/types.ts';
import { layerChangeSchema, layerPreviewSchema } from './upgrades.ts';

/** What a row shows of a value; `line` in its text, from 1. */
export const reviewedSideSchema = z.object({
  /** As it is written there, the beginning of it; secrets in it read `***`. */
  text: z.string(),
  line: z.int().positive(),
  /** Where it stands in its text, as offsets in UTF-16 code units; missing where a migration moved it or a preset wrote it. */
  span: z.tuple([z.int().nonnegative(), z.int().nonnegative()]).optional(),
  /** It goes on. */
  cut: z.literal(true).optional(),
});

/** One row of the change review: what became of one path that differs anywhere. */
export const reviewedDecisionSchema = z.object({
  path: mergePathSchema,
  kind: decisionKindSchema,
  reason: z.string(),
  masked: z.literal(true).optional(),
  resolvedBy: z.enum(['current', 'incoming', 'base', 'value']).optional(),
  movedFrom: mergePathSchema.optional(),
  base: reviewedSideSchema.optional(),
  current: reviewedSideSchema.optional(),
  incoming: reviewedSideSchema.optional(),
  /** Of conflicts: the same where the end of the path and the three true values are; it says nothing else. */
  alike: z.string().optional(),
  /** Of conflicts on texts of several lines that are no secret, for whoever may see values: the same while the three texts are, and are taken apart alike. */
  texts: z.string().optional(),
});
export type ReviewedDecision = z.infer<typeof reviewedDecisionSchema>;

/** A layer of the change review, without its texts. */
export const reviewedLayerSchema = layerChangeSchema.extend({
  /** How often the layer was edited; its `ETag`. */
  revision: z.int().nonnegative(),
  /** Who gave the answers in force, by the path as people read it. */
  answered: z.array(z.object({ path: z.string(), by: z.string(), at: z.iso.datetime() })),
  /** Every conflict, and of the others the first thousands. */
  decisions: z.array(reviewedDecisionSchema),
  /** How many decisions are not listed; none of them is a conflict. */
  omitted: z.int().nonnegative(),
  resolutions: layerPreviewSchema.shape.resolutions,
  carried: z.array(mergePathSchema),
  passwords: layerPreviewSchema.shape.passwords,
  problems: layerPreviewSchema.shape.problems,
  pasted: layerPreviewSchema.shape.pasted,
  offered: layerPreviewSchema.shape.offered,
});
export type ReviewedLayer = z.infer<typeof reviewedLayerSchema>;

/** `GET /api/v1/upgrades/:id/review`: every decision of every layer. */
export const reviewSchema = z.object({ layers: z.array(reviewedLayerSchema) });
export type Review = z.infer<typeof reviewSchema>;

/** A text, and where secrets stand in it: offsets in UTF-16 code units, in order. Pages hide them until somebody asks. */
export const shownTextSchema = z.object({
  text: z.string(),
  secrets: z.array(z.tuple([z.int().nonnegative(), z.int().nonnegative()])),
});
export type ShownText = z.infer<typeof shownTextSchema>;

/** `GET /api/v1/upgrades/:id/layers/:layerId/texts`: the three texts of a merge, and what becomes of them. */
export const layerTextsSchema = z.object({
  base: shownTextSchema,
  current: shownTextSchema,
  incoming: shownTextSchema,
  merged: shownTextSchema,
});
export type LayerTexts = z.infer<typeof layerTextsSchema>;

const manifestsSchema = z.object({
  /** YAML documents, by kind, namespace and name; secrets read `***`. */
  text: z.string(),
  objects: z.int().nonnegative(),
  /** Objects that the text leaves out, as it would be too long. */
  omitted: z.int().nonnegative(),
});

/**
 * `GET /api/v1/upgrades/:id/layers/:layerId/manifests` of a draft: the objects that a layer comes to, now and after the upgrade; null where it has
 * none. `none`: the upgrade leaves the layer as it is. `open`: its conflicts have to be settled first.
 */
export const layerManifestsSchema = z.object({
  change: z.enum(['none', 'open', 'changed']),
  now: manifestsSchema.nullable(),
  next: manifestsSchema.nullable(),
});
export type LayerManifestsView = z.infer<typeof layerManifestsSchema>;

/**
 * `PATCH /api/v1/upgrades/:id/layers/:layerId/resolutions` changes the answers to these paths and no other; with `If-Match` only where nobody else
 * has edited the layer meanwhile.
 */
export const answersRequestSchema = z.object({
  set: z.array(resolutionSchema).max(10_000).default([]),
  /** Conflicts to open again. */
  open: z.array(mergePathSchema).max(10_000).default([]),
});
export type AnswersRequest = z.infer<typeof answersRequestSchema>;
