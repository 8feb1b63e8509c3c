import { hopLayer, runsLayer } from './hop-layer.ts';
import type { StepDefinition } from './step.ts';

/** Applies one layer's pack with its frozen values. */
export const layer: StepDefinition<'layer'> = {
  forward: {
    intent(context) {
      const { values: _, profile: __, ...described } = hopLayer(context);
      return described;
    },
    async observe(context) {
      const { ports, step, cancel } = context;
      const { target } = step;
      const planned = hopLayer(context);
      const statuses = await ports.cluster.layers(cancel, target);
      const found = statuses.find((one) => one.layer === target.layer && one.pack === target.pack);
      if (found === undefined || !runsLayer(found, planned)) {
        return { state: 'act', message: `Applying ${planned.pack} ${planned.version}` };
      }
      if (found.wait !== null) return { state: 'wait', wait: found.wait, fraction: 0.5 };
      const { digest, valuesHash, version } = found;
      return {
        state: 'done',
        message: `${found.pack} ${version} is healthy`,
        evidence: { digest, valuesHash, version },
      };
    },
    act: (context) => context.ports.cluster.applyLayer(hopLayer(context), context.cancel),
  },
};
