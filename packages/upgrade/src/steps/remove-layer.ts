import { waitingFor } from '@sealift/core/upgrade';
import type { StepDefinition } from './step.ts';

/** Removes a layer that the release no longer has. */
export const removeLayer: StepDefinition<'remove-layer'> = {
  forward: {
    intent: ({ step: { target } }) => ({ remove: `${target.layer}/${target.pack}` }),
    async observe({ ports, step: { target }, cancel }) {
      const statuses = await ports.cluster.layers(cancel, target);
      const found = statuses.find((one) => one.layer === target.layer && one.pack === target.pack);
      if (found?.underway?.doing === 'remove') {
        const wait = found.wait ?? waitingFor(`${target.pack} is being removed`);
        return { state: 'wait', wait, fraction: 0.5, busy: true };
      }
      if (found !== undefined) return { state: 'act', message: `Removing ${target.pack}` };
      return { state: 'done', message: `${target.pack} is removed`, evidence: { removed: true } };
    },
    act: ({ ports, step: { target }, cancel }) => ports.cluster.removeLayer(target, cancel),
  },
};
