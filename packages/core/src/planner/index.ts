export { buildPlan, type PlanInput } from './build-plan.ts';
export { kubeletSkew, minorsBetween } from './kubernetes-path.ts';
export { layerChanges, layerId, type LayerTransition, type PinnedLayer } from './layer-changes.ts';
export { type HopVerdict, judgeHop } from './legality.ts';
export { decideNodeImage } from './node-image.ts';
export { isSetupLayer, newSetupOf, type SetupGroup, setupText } from './node-setup.ts';
export { whyNotReversible } from './reversible-steps.ts';
export {
  type AvailableUpdate,
  availableUpdateSchema,
  type CatalogueRelease,
  listUpdates,
  recommendUpdate,
} from './updates.ts';
