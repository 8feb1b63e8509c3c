import type { Observation, StepContext, StepDefinition } from './step.ts';
import { plannedLayer, runsLayer } from './planned-layer.ts';
import { targetField } from './target.ts';

/** Applies one layer's pack with its frozen values, or removes the layer where the target names no version. */
export const layer: StepDefinition = {
  kind: 'layer',
  intent({ upgrade, step }) {
    const planned = plannedLayer(upgrade, step);
    if (planned === null) return { remove: `${targetField(step, 'layer')}/${targetField(step, 'pack')}` };
    const { values: _, ...described } = planned;
    return described;
  },
  async observe(context) {
    const { ports, upgrade, step, cancel } = context;
    const name = targetField(step, 'layer');
    const pack = targetField(step, 'pack');
    const found = (await ports.cluster.layers(cancel)).find((one) => one.layer === name && one.pack === pack);
    const planned = plannedLayer(upgrade, step);
    if (planned === null) return observeRemoval(context, found !== undefined);
    if (found === undefined || !runsLayer(found, planned)) {
      return { state: 'act', message: `Applying ${pack} ${planned.version}`, fraction: 0 };
    }
    if (!found.healthy) return { state: 'wait', message: `${pack}: ${found.message}`, fraction: 0.5 };
    const { digest, valuesHash, version } = found;
    return { state: 'done', message: `${pack} ${version} is healthy`, evidence: { digest, valuesHash, version } };
  },
  async act({ ports, upgrade, step, cancel }) {
    const planned = plannedLayer(upgrade, step);
    if (planned !== null) return ports.cluster.applyLayer(planned, cancel);
    return ports.cluster.removeLayer({ layer: targetField(step, 'layer'), pack: targetField(step, 'pack') }, cancel);
  },
};

function observeRemoval({ step }: StepContext, present: boolean): Observation {
  const pack = targetField(step, 'pack');
  if (present) return { state: 'act', message: `Removing ${pack}`, fraction: 0 };
  return { state: 'done', message: `${pack} is removed`, evidence: { removed: true } };
}
