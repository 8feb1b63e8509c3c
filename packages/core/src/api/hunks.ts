import { z } from 'zod';
import { mergePathSchema } from '../merge/types.ts';

/** Of one text, and of all lines of one's own in it together: as long as an answer may be. */
export const longestOwnLines = 2_000_000;

/** The place of a hunk in its text, from 0. */
const hunkSchema = z.int().nonnegative().max(1_048_576);
const hunkChoiceSchema = z.union([
  z.enum(['current', 'incoming', 'base']),
  z.object({ own: z.string().max(longestOwnLines) }),
]);

/** A long text of a draft that is settled by hunk, and how far that is. */
export const hunkedTextSchema = z.object({
  /** The layer's id in the upgrade. */
  layer: z.string(),
  path: mergePathSchema,
  /** Which three texts it was settled in, as its decision names them: it counts while that is the same. */
  texts: z.string(),
  /** How many hunks a person decides. */
  of: z.int().positive(),
  /** How often hunks of it were settled or opened again; its `ETag`. */
  revision: z.int().positive(),
  hunks: z.array(z.object({ hunk: hunkSchema, choice: hunkChoiceSchema, by: z.string(), at: z.iso.datetime() })),
});
export type HunkedText = z.infer<typeof hunkedTextSchema>;

/** `GET /api/v1/upgrades/:id/hunks`: every long text of the upgrade of which hunks were settled. */
export const hunkedTextListSchema = z.object({ texts: z.array(hunkedTextSchema) });

/**
 * `PATCH /api/v1/upgrades/:id/layers/:layerId/hunks` settles hunks of one text, or opens them again, and answers with the text; the conflict stays
 * open. With `If-Match` ("0": nothing was settled yet) only where nobody else has settled hunks of it meanwhile.
 */
export const hunksRequestSchema = hunkedTextSchema.pick({ path: true, texts: true, of: true }).extend({
  set: z
    .array(z.object({ hunk: hunkSchema, choice: hunkChoiceSchema }))
    .max(10_000)
    .default([]),
  /** Hunks to open again. */
  open: z.array(hunkSchema).max(10_000).default([]),
});
export type HunksRequest = z.infer<typeof hunksRequestSchema>;
