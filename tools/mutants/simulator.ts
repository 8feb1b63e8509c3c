import { mutantsOf } from './mutant.ts';

export const simulatorMutants = mutantsOf('simulator', [
  [
    'the workers do not wait for the control plane',
    'rollout.ts',
    "name === 'workers' && state.groups",
    "name === 'control-plane' && state.groups",
    'rollout.test.ts',
  ],
  [
    'nodes are made from a template of another Kubernetes',
    'rollout.ts',
    'template.kubernetes !== null && template.kubernetes !== desired.version',
    'template.kubernetes === null',
    'rollout.test.ts',
  ],
  [
    'a higher speed makes machines boot slower',
    'rollout.ts',
    'phase.since + bootMs / speed',
    'phase.since + bootMs * speed',
    'rollout.test.ts',
  ],
  [
    'a layer is healthy as soon as it is applied',
    'layers.ts',
    'now >= appliedAt + settleMs / speed',
    'now >= appliedAt',
    'cluster.test.ts',
  ],
  [
    'an image of other bytes than announced becomes a template',
    'upload.ts',
    'if (actual !== template.sha256)',
    "if (actual === '')",
    'client.test.ts',
  ],
  [
    'a start removes the templates and keeps what cut imports left',
    'state-folder.ts',
    'if (!known.has(file))',
    'if (known.has(file))',
    'cluster.test.ts',
  ],
  [
    'what is wished for already counts as a change',
    'cluster.ts',
    'isSame(current.desired, wanted)',
    "isSame(current.desired, { ...wanted, version: '' })",
    'cluster.test.ts',
  ],
  [
    'the last effect is logged again at each start',
    'call-log.ts',
    'lastEffect.sequence > log.#sequence',
    'lastEffect.sequence >= log.#sequence',
    'cluster.test.ts',
  ],
]);
