import { SealiftError } from '@sealift/core/errors';
import type { DesiredLayer } from '../ports/cluster.ts';
import { formerLayer } from './hop-layer.ts';
import { described } from './layer.ts';
import { observeApplied, observeRemoved } from './layer-states.ts';
import type { StepContext, StepDefinition } from './step.ts';

/** Removes a layer that the release no longer has. Back it is installed again, as it was before the hop. */
export const removeLayer: StepDefinition<'remove-layer'> = {
  forward: {
    intent: ({ step: { target } }) => ({ remove: `${target.layer}/${target.pack}` }),
    observe: (context) => observeRemoved(context, context.step.target),
    act: ({ ports, step: { target }, cancel }) => ports.cluster.removeLayer(target, cancel),
  },
  back: {
    intent: (context) => described(removed(context)),
    observe: (context) => observeApplied(context, removed(context)),
    act: (context) => context.ports.cluster.applyLayer(removed(context), context.cancel),
  },
};

/** @throws PLAN_INCOMPLETE */
function removed(context: StepContext<'remove-layer'>): DesiredLayer {
  const former = formerLayer(context);
  if (former !== null) return former;
  const { step } = context;
  throw new SealiftError('PLAN_INCOMPLETE', {
    values: { step: step.id, what: `what ${step.target.pack} ran before` },
  });
}
