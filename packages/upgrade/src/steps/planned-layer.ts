import { SealiftError } from '@sealift/core/errors';
import type { FrozenUpgrade, PlanStep } from '@sealift/core/plan';
import { hashOfValues } from '../frozen.ts';
import type { ClusterPort, LayerStatus } from '../ports.ts';
import { targetField } from './target.ts';

/** What a layer step asks of the cluster. */
export type PlannedLayer = Parameters<ClusterPort['applyLayer']>[0];

/**
 * The layer a step applies, with its frozen values; null where the step removes the layer (its target names no version).
 *
 * @throws PLAN_INCOMPLETE when the frozen upgrade holds no values for it.
 */
export function plannedLayer(upgrade: FrozenUpgrade, step: PlanStep): PlannedLayer | null {
  const { version } = step.target;
  if (version === undefined) return null;
  const layer = targetField(step, 'layer');
  const pack = targetField(step, 'pack');
  const digest = targetField(step, 'digest');
  const merged = upgrade.layers.find(
    (one) => one.layer === layer && one.pack === pack && one.version === version && one.digest === digest,
  );
  if (merged === undefined) {
    throw new SealiftError('PLAN_INCOMPLETE', { values: { step: step.id, what: `the values of ${pack} ${version}` } });
  }
  return { layer, pack, version, digest, values: merged.values, valuesHash: hashOfValues(merged.values) };
}

/** Whether the cluster was asked for exactly this layer. */
export function runsLayer(status: LayerStatus, planned: PlannedLayer): boolean {
  return (
    status.version === planned.version && status.digest === planned.digest && status.valuesHash === planned.valuesHash
  );
}
