import { waitingFor } from '@sealift/core/upgrade';
import type { DesiredLayer, LayerWork } from '../ports/cluster.ts';
import { hopLayer, runsLayer } from './hop-layer.ts';
import type { StepDefinition } from './step.ts';

/** Applies one layer's pack with its frozen values. */
export const layer: StepDefinition<'layer'> = {
  forward: {
    intent(context) {
      const { values: _, profile: __, release: ___, ...described } = hopLayer(context);
      return described;
    },
    async observe(context) {
      const { ports, step, cancel } = context;
      const { target } = step;
      const planned = hopLayer(context);
      const statuses = await ports.cluster.layers(cancel, target);
      const found = statuses.find((one) => one.layer === target.layer && one.pack === target.pack);
      if (found?.underway !== undefined && isOf(found.underway, planned)) {
        const wait = found.wait ?? waitingFor(`${planned.pack}: ${planned.version} is being applied`);
        return { state: 'wait', wait, fraction: 0.25, busy: true };
      }
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

function isOf({ doing, digest, valuesHash }: LayerWork, planned: DesiredLayer): boolean {
  return doing === 'apply' && digest === planned.digest && valuesHash === planned.valuesHash;
}
