import { SealiftError } from '@sealift/core/errors';
import type { PlanStep, StepTarget } from '@sealift/core/plan';

/**
 * A field of the step's target that its kind cannot do without.
 *
 * @throws PLAN_INCOMPLETE
 */
export function targetField<Field extends keyof StepTarget>(
  step: PlanStep,
  field: Field,
): NonNullable<StepTarget[Field]> {
  const value = step.target[field];
  if (value === undefined || value === null) {
    throw new SealiftError('PLAN_INCOMPLETE', { values: { step: step.id, what: field } });
  }
  return value;
}
