import { z } from 'zod';

/** A file of a support bundle. */
export const supportFileSchema = z.object({
  name: z.string(),
  /** What it tells, in a few words. */
  about: z.string(),
  sizeBytes: z.int().nonnegative(),
  /** Whether only a part of it is there, because the whole is too large. */
  isCut: z.boolean(),
  /** Why it is empty; null where it is not. */
  problem: z.string().nullable(),
});
export type SupportFile = z.infer<typeof supportFileSchema>;

/** `GET /api/v1/support-bundle/contents`: what a support bundle that is made now holds. */
export const supportContentsSchema = z.object({ files: z.array(supportFileSchema), sizeBytes: z.int().nonnegative() });
export type SupportContents = z.infer<typeof supportContentsSchema>;
