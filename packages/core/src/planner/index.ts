export { buildPlan, buildRoutePlan, type HopInput, type PlanInput } from './build-plan.ts';
export type { MachineCounts, RouteHop } from './find-routes.ts';
export { type BrokenRule, declaredRisks, type HopRule, hopRules, type PlanningSite } from './hop-rules.ts';
export { kubeletSkew, minorsBetween } from './kubernetes-path.ts';
export { layerChanges, layerId, type LayerTransition, type PinnedLayer } from './layer-changes.ts';
export { type HopVerdict, judgeHop } from './legality.ts';
export { decideNodeImage, type PlannableRelease } from './node-image.ts';
export { isSetupLayer, newSetupOf, type SetupGroup, setupText } from './node-setup.ts';
export { whyNotReversible } from './reversible-steps.ts';
export {
  type AvailableUpdate,
  availableUpdateSchema,
  type CatalogueRelease,
  listUpdates,
  recommendUpdate,
} from './updates.ts';
export {
  type PathHop,
  pathHopSchema,
  type PathPlan,
  pathPlanSchema,
  type PlannedPath,
  type RefusedRelease,
} from './path-plan.ts';
export { lintReleases, type ReleaseFinding, releaseFindingSchema } from './lint-releases.ts';
export { type PathInput, planPath, sumOf } from './plan-path.ts';
export { type GraphRelease, inGraph, type ReleaseGraph, releaseGraph } from './release-graph.ts';
