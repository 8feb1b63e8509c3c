import { SealiftError } from '@sealift/core/errors';
import { isStep, waitingFor } from '@sealift/core/upgrade';
import type { DesiredLayer } from '../ports/cluster.ts';
import type { StaleVersions } from '../ports/stored-versions.ts';
import { hopLayer } from './hop-layer.ts';
import type { StepContext, StepDefinition } from './step.ts';

const shown = 5;

/** Rewrites objects that are stored in versions that the hop's layers do not serve any more: they could not be applied afterwards. */
export const storedVersions: StepDefinition<'stored-versions'> = {
  forward: {
    intent: (context) => ({ layers: comingLayers(context).map(({ pack, version }) => `${pack} ${version}`) }),
    async observe(context) {
      const { ports, cancel } = context;
      const stale = await ports.storedVersions.stale(comingLayers(context), cancel);
      const stuck = stale.find(({ target }) => target === null);
      if (stuck !== undefined) {
        throw new SealiftError('KUBERNETES_VERSION_STUCK', { values: { definition: stuck.definition } });
      }
      const unseen = stale.find(({ trouble }) => trouble !== null);
      if (unseen !== undefined) return { state: 'wait', wait: unseenWait(unseen), fraction: 0 };
      if (stale.length > 0) return { state: 'act', message: `Rewriting ${describe(stale)}` };
      return { state: 'done', message: 'No object is stored in a version that goes', evidence: { stale: 0 } };
    },
    act: (context) => context.ports.storedVersions.rewrite(comingLayers(context), context.cancel),
  },
};

function comingLayers(context: StepContext<'stored-versions'>): readonly DesiredLayer[] {
  return context.hop.steps.flatMap((step) => (isStep(step, 'layer') ? [hopLayer({ ...context, step })] : []));
}

function describe(stale: readonly StaleVersions[]): string {
  const named = stale
    .slice(0, shown)
    .map(({ definition, versions, objects }) => `${objects ?? 0} of ${definition} out of ${versions.join(', ')}`);
  return `${named.join('; ')}${stale.length > shown ? `; and ${stale.length - shown} kinds more` : ''}`;
}

function unseenWait({ definition, trouble }: StaleVersions) {
  return waitingFor(`objects of ${definition} cannot be listed: ${trouble?.reason ?? ''}`, {
    level: 'blocked',
    object: { kind: 'CustomResourceDefinition', name: definition },
    remedy: trouble?.remedy ?? '',
  });
}
