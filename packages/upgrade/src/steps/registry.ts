import { SealiftError } from '@sealift/core/errors';
import type { PlanStep, StepKind } from '@sealift/core/plan';
import { backup } from './backup.ts';
import { cns } from './cns.ts';
import { layer } from './layer.ts';
import { lockConsole } from './lock-console.ts';
import { controlPlane, workers } from './rollout.ts';
import type { StepDefinition } from './step.ts';
import { template } from './template.ts';
import { unlockConsole } from './unlock-console.ts';
import { validate } from './validate.ts';

export type { Observation, StepContext, StepDefinition } from './step.ts';

/** Every kind of step this version can do. */
export const stepDefinitions: Readonly<Partial<Record<StepKind, StepDefinition>>> = Object.fromEntries(
  [lockConsole, backup, template, cns, controlPlane, workers, layer, validate, unlockConsole].map((definition) => [
    definition.kind,
    definition,
  ]),
);

/**
 * The definition of a planned step.
 *
 * @throws STEP_UNSUPPORTED when the plan was made for a version of Sealift that can do more.
 */
export function definitionOf(step: PlanStep): StepDefinition {
  const definition = stepDefinitions[step.kind];
  if (definition === undefined) {
    throw new SealiftError('STEP_UNSUPPORTED', { place: step.id, values: { what: `steps of kind ${step.kind}` } });
  }
  return definition;
}
