import { z } from 'zod';

/** Where a value stands in one of the texts: offsets in UTF-16 code units, `line` counted from 1. */
export const sourceRangeSchema = z.object({
  start: z.int().nonnegative(),
  end: z.int().nonnegative(),
  line: z.int().positive(),
});
export type SourceRange = z.infer<typeof sourceRangeSchema>;
