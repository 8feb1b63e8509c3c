import { z } from 'zod';

/** What a person did to a layer of a draft. The values that were given are not told: they may be secrets. */
export const layerEditSchema = z.object({
  by: z.string(),
  at: z.iso.datetime(),
  what: z.enum(['answers', 'text', 'back-to-merge']),
  /** For `answers`: each path as people read it, the first hundreds of them. */
  answers: z
    .array(z.object({ path: z.string(), answer: z.enum(['current', 'incoming', 'base', 'own value', 'opened again']) }))
    .default([]),
});
export type LayerEdit = z.infer<typeof layerEditSchema>;
