import { z } from 'zod';

/** One check behind a Summary sentence or a preflight. */
export const checkSchema = z.object({
  name: z.string(),
  title: z.string(),
  outcome: z.enum(['pass', 'warn', 'block', 'unknown']),
  detail: z.string(),
  remedy: z.string().optional(),
});
export type Check = z.infer<typeof checkSchema>;
