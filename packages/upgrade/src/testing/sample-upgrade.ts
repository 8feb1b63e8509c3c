import { type FrozenUpgrade, type PlanStep, rollbackOf } from '@sealift/core/plan';
import { ovaSha256 } from './world.ts';

const digest = `sha256:${'a'.repeat(64)}`;
const nodes = { kubernetes: '1.26.10', template: 'r_new' };

/** A frozen upgrade of one hop with every kind of step, three layers among them, one removed. */
export function sampleUpgrade(): FrozenUpgrade {
  const step = (kind: PlanStep['kind'], target: PlanStep['target'], name: string = kind): PlanStep => ({
    id: `0-${name}`,
    kind,
    title: name,
    target,
    rollback: rollbackOf[kind],
  });
  return {
    plan: {
      product: 'Harborview',
      from: '4.2.12',
      to: '4.2.13',
      nodeImage: {
        needed: true,
        template: 'r_new',
        kubernetesFrom: '1.26.8',
        kubernetesTo: '1.26.10',
        reason: 'newer',
      },
      hops: [
        {
          from: '4.2.12',
          to: '4.2.13',
          release: digest,
          steps: [
            step('lock-console', {}),
            step('backup', {}),
            step('template', { ...nodes, ova: 'new.ova', sha256: ovaSha256, digest }),
            step('cns', {}),
            step('control-plane', nodes),
            step('workers', nodes),
            step('layer', { layer: 'cni', pack: 'cni-calico', version: '3.26.1', digest }, 'layer-cni-cni-calico'),
            step('layer', { layer: 'addon', pack: 'platform', version: '4.2.13', digest }, 'layer-addon-platform'),
            step('layer', { layer: 'addon', pack: 'legacy' }, 'layer-addon-legacy'),
            step('validate', {}),
            step('unlock-console', {}),
          ],
        },
      ],
    },
    layers: [
      { layer: 'cni', pack: 'cni-calico', version: '3.26.1', digest, values: 'mtu: 1440\n' },
      { layer: 'addon', pack: 'platform', version: '4.2.13', digest, values: 'replicas: 3\n' },
    ],
  };
}

/** A world in which the sample upgrade has everything to do, and what it does, each once. */
export const sampleEffects = [
  'lock',
  'backup',
  'import r_new',
  'repair storage identity',
  'roll control-plane 1.26.10',
  'roll workers 1.26.10',
  'apply cni-calico 3.26.1',
  'apply platform 4.2.13',
  'remove legacy',
  'install 4.2.13',
  'unlock',
];
