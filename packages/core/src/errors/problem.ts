import { z } from 'zod';
import type { SealiftError } from './sealift-error.ts';

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

/** Renders a catalogue error as problem details. */
export function toProblem(error: SealiftError): Problem {
  return {
    type: `https://sealift.dev/errors/${error.code}`,
    title: error.code,
    status: error.status,
    code: error.code,
    detail: error.message,
    ...(error.place === undefined ? {} : { place: error.place }),
    hint: error.hint,
    next: error.next,
  };
}
