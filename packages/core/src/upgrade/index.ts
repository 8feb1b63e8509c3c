export {
  type NodeCounts,
  samplesOf,
  type StepSample,
  usualTime,
  type UsualTime,
} from './estimate/estimate.ts';
export { readableUpgradeFormats, readsUpgradesAnnotation, upgradeFormat } from './format/format.ts';
export {
  type FrozenUpgrade,
  freeze,
  type LayersBefore,
  layersBefore,
  type MergedLayer,
  type OnFailure,
  onFailureSchema,
  readFrozen,
} from './frozen/frozen.ts';
export {
  type Direction,
  type JournalData,
  type JournalEntry,
  type JournalLine,
  type JournalledFailure,
  type JournalPhase,
  journalLineSchema,
  type MachineCount,
  readLine,
  type StepDetails,
  storedLine,
} from './journal/journal.ts';
export { lineText } from './journal/line-text.ts';
export {
  isFinal,
  lifecycle,
  next,
  offers,
  type PersonEvent,
  personEvents,
  statesWhere,
  type UpgradeEvent,
  type UpgradeState,
  upgradeStateSchema,
  upgradeStates,
} from './lifecycle/lifecycle.ts';
export {
  type Hop,
  type NodeImageDecision,
  nodeImageDecisionSchema,
  type Plan,
  planSchema,
  stepsOfPlan,
} from './plan/plan.ts';
export { pointOfNoReturn } from './plan/point-of-no-return.ts';
export { isForValues, upgradeText } from './plan/upgrade-text.ts';
export {
  begunSteps,
  currentWait,
  doneSteps,
  failureOf,
  overallFraction,
  progressOf,
  type StepProgress,
} from './progress/progress.ts';
export { type FinaliseStage, finaliseStage, finaliseStageSchema } from './rollback/finalise-stage.ts';
export {
  type RollbackItem,
  type RollbackReadiness,
  rollbackReadiness,
  rollbackReadinessSchema,
  shutBy,
} from './rollback/readiness.ts';
export { changesPlatform, rollbackOf, wayBack } from './step/rollback.ts';
export {
  type DeclaredStepKind,
  isStep,
  type PlanStep,
  type RollbackClass,
  rollsNodes,
  type StepKind,
  type StepOf,
  stepOf,
  stepsOf,
} from './step/step.ts';
export { type TreeStep, type UpgradeTree, upgradeTree, upgradeTreeSchema } from './tree/tree.ts';
export { type SeenWait, seenWaitSchema, type Wait, waitingFor, waitSchema } from './wait/wait.ts';
