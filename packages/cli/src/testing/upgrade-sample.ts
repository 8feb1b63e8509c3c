import type { Upgrade } from '@sealift/core/api';
import { digest } from './scripted-console.ts';

export const layerSample = {
  id: 'cni-cni-calico',
  layer: 'cni',
  pack: 'cni-calico',
  hop: 0,
  displayName: 'Calico',
  fromVersion: '3.25.1',
  toVersion: '3.26.1',
  state: 'conflicts',
  openConflicts: 1,
  keptCustomisations: 2,
} as const;

/** An upgrade as a console answers it, but for what a test says of it. */
export function upgradeSample(change: Partial<Upgrade>): Upgrade {
  const nodeImage = { needed: false, kubernetesFrom: '1.26.8', kubernetesTo: '1.26.8', reason: 'the node image stays' };
  const step = { id: '0-validate', kind: 'validate', title: 'Validate', target: {}, rollback: 'reversible' } as const;
  const hops = [{ from: '4.2.12', to: '4.2.13', release: digest, steps: [step] }];
  return {
    id: 'u1',
    product: 'Harborview',
    from: '4.2.12',
    to: '4.2.13',
    state: 'ready',
    plan: { product: 'Harborview', from: '4.2.12', to: '4.2.13', nodeImage, hops },
    layers: [layerSample],
    preflight: [],
    risks: [],
    blockers: [],
    hash: 'f'.repeat(64),
    confirmedBy: null,
    confirmedAt: null,
    finishedAt: null,
    steps: [],
    fraction: 0,
    createdAt: '2026-11-01T00:00:00.000Z',
    preflightAt: '2026-11-01T00:00:00.000Z',
    waitingFor: null,
    failure: null,
    onFailure: 'stop',
    finalise: null,
    rollback: null,
    rehearsal: null,
    approval: { required: false, asked: null },
    ...change,
  };
}
