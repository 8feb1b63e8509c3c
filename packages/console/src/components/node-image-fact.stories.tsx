import preview from '../../.storybook/preview.tsx';
import { nodeImage } from '../../test/fixture/upgrade.ts';
import { NodeImageFact } from './node-image-fact.tsx';

const meta = preview.meta({ component: NodeImageFact });

export const Needed = meta.story({ args: { decision: nodeImage } });
export const NotNeeded = meta.story({
  args: {
    decision: {
      needed: false,
      kubernetesFrom: '1.26.10',
      kubernetesTo: '1.26.10',
      reason: 'The release brings Kubernetes 1.26.10, and the cluster runs it.',
    },
  },
});
