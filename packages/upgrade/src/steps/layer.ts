import type { StepDetails } from '@sealift/core/upgrade';
import type { DesiredLayer } from '../ports/cluster.ts';
import { formerLayer, hopLayer } from './hop-layer.ts';
import { observeApplied, observeRemoved } from './layer-states.ts';
import type { StepDefinition } from './step.ts';

/** Applies one layer's pack with its frozen values. Back it is as it was before the hop, or gone where the hop brought it. */
export const layer: StepDefinition<'layer'> = {
  forward: {
    intent: (context) => described(hopLayer(context)),
    observe: (context) => observeApplied(context, hopLayer(context)),
    act: (context) => context.ports.cluster.applyLayer(hopLayer(context), context.cancel),
  },
  back: {
    intent(context) {
      const former = formerLayer(context);
      const { layer: of, pack } = context.step.target;
      return former === null ? { remove: `${of}/${pack}` } : described(former);
    },
    observe(context) {
      const former = formerLayer(context);
      return former === null ? observeRemoved(context, context.step.target) : observeApplied(context, former);
    },
    async act(context) {
      const { ports, cancel, step } = context;
      const former = formerLayer(context);
      if (former === null) await ports.cluster.removeLayer(step.target, cancel);
      else await ports.cluster.applyLayer(former, cancel);
    },
  },
};

/** What is written down of a layer: never its values, which may hold secrets. */
export function described({ layer: of, pack, version, digest, valuesHash }: DesiredLayer): StepDetails {
  return { layer: of, pack, version, digest, valuesHash };
}
