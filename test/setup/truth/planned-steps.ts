import type { Upgrade } from '@sealift/core/api';
import type { PlannedStep } from './judge.ts';

/** The steps of a plan with what the cluster has once each is done. */
export function plannedSteps(plan: Upgrade['plan']): readonly PlannedStep[] {
  return (plan?.hops ?? []).flatMap(({ steps }) =>
    steps.flatMap((step): PlannedStep[] => {
      const { title } = step;
      if (step.kind === 'layer') {
        const { layer, pack, version } = step.target;
        return [{ title, isThere: ({ layers }) => layers.get(`${layer}/${pack}`) === version }];
      }
      if (step.kind !== 'control-plane' && step.kind !== 'workers') return [];
      const group = step.kind;
      const isThere: PlannedStep['isThere'] = ({ nodes }) =>
        nodes
          .filter(({ role }) => (role === 'worker' ? 'workers' : role) === group)
          .every(({ version, template }) => version === step.target.kubernetes && template === step.target.template);
      return [{ title, isThere, rollout: { group, template: step.target.template } }];
    }),
  );
}
