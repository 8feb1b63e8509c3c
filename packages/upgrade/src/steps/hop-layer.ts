import { SealiftError } from '@sealift/core/errors';
import { layersBefore, type StepOf } from '@sealift/core/upgrade';
import { hashOfValues } from '../frozen.ts';
import type { DesiredLayer, LayerStatus } from '../ports/cluster.ts';
import type { StepContext } from './step.ts';

/**
 * The layer that a step applies, with the values frozen for its hop.
 *
 * @throws PLAN_INCOMPLETE when the frozen upgrade holds no values for it.
 */
export function hopLayer({
  upgrade,
  hop,
  hopIndex,
  step,
}: Pick<StepContext, 'upgrade' | 'hop' | 'hopIndex'> & { readonly step: StepOf<'layer'> }): DesiredLayer {
  const { layer, pack, version, digest } = step.target;
  const layers = upgrade.hops[hopIndex]?.layers ?? [];
  const merged = layers.find(
    (one) => one.layer === layer && one.pack === pack && one.version === version && one.digest === digest,
  );
  if (merged === undefined) {
    throw new SealiftError('PLAN_INCOMPLETE', { values: { step: step.id, what: `the values of ${pack} ${version}` } });
  }
  const profile = new Map(layers.map((one) => [one.pack, one.values]));
  const { values } = merged;
  return { layer, pack, version, digest, values, valuesHash: hashOfValues(values), profile, release: hop.release };
}

/**
 * The layer as it was before the hop, with the values that were frozen with the plan; null where the hop brings it.
 *
 * @throws PLAN_INCOMPLETE where that was not frozen
 */
export function formerLayer({
  upgrade,
  hopIndex,
  step,
}: Pick<StepContext, 'upgrade' | 'hopIndex'> & {
  readonly step: StepOf<'layer'> | StepOf<'remove-layer'>;
}): DesiredLayer | null {
  const { layer, pack } = step.target;
  const former = layersBefore(upgrade, hopIndex);
  if (former === undefined) {
    throw new SealiftError('PLAN_INCOMPLETE', { values: { step: step.id, what: `what ${pack} ran before` } });
  }
  const found = former.layers.find((one) => one.layer === layer && one.pack === pack);
  if (found === undefined) return null;
  const { version, digest, values } = found;
  const profile = new Map(former.layers.map((one) => [one.pack, one.values]));
  const content = { layer, pack, version, digest, values, valuesHash: hashOfValues(values), profile };
  return { ...content, release: former.release, backFrom: upgrade.plan.hops[hopIndex]?.release };
}

/** Whether the cluster was asked for exactly this layer. */
export function runsLayer(status: LayerStatus, planned: DesiredLayer): boolean {
  return (
    status.version === planned.version && status.digest === planned.digest && status.valuesHash === planned.valuesHash
  );
}
