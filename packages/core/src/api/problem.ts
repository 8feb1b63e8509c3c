import { z } from 'zod';
import { problemSchema } from '../errors/problem-schema.ts';
import { layerEditSchema } from './layer-edit.ts';
import { registryCheckSchema } from './registries.ts';
import { siteCheckSchema } from '../site/site-check.ts';
import { upgradeStateSchema } from '../upgrade/lifecycle/lifecycle.ts';
import { waitSchema } from '../upgrade/wait/wait.ts';

/**
 * What any route answers when it fails: `application/problem+json`. A 423 (the console is locked) also tells how far the upgrade is,
 * settings of a site that lead nowhere what each look at it found, and a 412 what others did to the layer since it was shown, the newest last.
 */
export const apiProblemSchema = problemSchema.extend({
  upgrade: z
    .object({
      id: z.string(),
      state: upgradeStateSchema,
      fraction: z.number().min(0).max(1),
      waitingFor: waitSchema.nullable(),
    })
    .optional(),
  checks: z.array(siteCheckSchema).optional(),
  /** What was tried of a registry that is not stored. */
  registryChecks: z.array(registryCheckSchema).optional(),
  edits: z.array(layerEditSchema).optional(),
});
export type ApiProblem = z.infer<typeof apiProblemSchema>;
