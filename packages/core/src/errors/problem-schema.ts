import { z } from 'zod';

/** The API's one error shape: problem details (RFC 9457) with our stable code, the place and the remedy. */
export const problemSchema = z.object({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  code: z.string(),
  detail: z.string(),
  place: z.string().optional(),
  hint: z.string(),
  next: z.enum(['retry', 'wait', 'needs-a-person', 'fatal']),
});
export type Problem = z.infer<typeof problemSchema>;
