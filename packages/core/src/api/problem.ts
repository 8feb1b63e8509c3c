import { z } from 'zod';
import { problemSchema } from '../errors/problem.ts';
import { upgradeStateSchema } from '../upgrade/lifecycle/lifecycle.ts';
import { waitSchema } from '../upgrade/wait/wait.ts';

/** What any route answers when it fails: `application/problem+json`. A 423 (the console is locked) also tells how far the upgrade is. */
export const apiProblemSchema = problemSchema.extend({
  upgrade: z
    .object({
      id: z.string(),
      state: upgradeStateSchema,
      fraction: z.number().min(0).max(1),
      waitingFor: waitSchema.nullable(),
    })
    .optional(),
});
export type ApiProblem = z.infer<typeof apiProblemSchema>;
