import type { PlanStep } from '../upgrade/step/step.ts';

/** A step before it is known how it can be taken back. */
export type StepDraft = DraftOf<PlanStep>;
type DraftOf<Step> = Step extends PlanStep ? Omit<Step, 'id' | 'rollback'> : never;
