export { buildPlan, type PlanInput } from './build-plan.ts';
export { layerChanges, layerId, type LayerTransition, type PinnedLayer } from './layer-changes.ts';
export { type HopVerdict, judgeHop } from './legality.ts';
export { decideNodeImage } from './node-image.ts';
export {
  type FrozenUpgrade,
  frozenUpgradeSchema,
  type Hop,
  hopSchema,
  type MergedLayer,
  mergedLayerSchema,
  type NodeImageDecision,
  nodeImageDecisionSchema,
  type Plan,
  planSchema,
  type PlanStep,
  planStepSchema,
  type RollbackClass,
  rollbackClassSchema,
  type StepKind,
  stepKinds,
  stepKindSchema,
  type StepTarget,
  stepTargetSchema,
} from './plan.ts';
export { rollbackOf } from './rollback.ts';
export { type CatalogueRelease, listUpdates, recommendUpdate } from './updates.ts';
