import { SealiftError } from '@sealift/core/errors';
import type { StepOf } from '@sealift/core/upgrade';
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

/** Whether the cluster was asked for exactly this layer. */
export function runsLayer(status: LayerStatus, planned: DesiredLayer): boolean {
  return (
    status.version === planned.version && status.digest === planned.digest && status.valuesHash === planned.valuesHash
  );
}
