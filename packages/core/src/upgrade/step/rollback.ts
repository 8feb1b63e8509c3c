import type { RollbackClass, StepKind } from './step.ts';

/**
 * How each kind of step can be taken back. A rollout of nodes is one-way: a control plane refuses an older Kubernetes
 * version (Kubernetes version skew policy; KubeadmControlPlane's validation), and workers must not stay behind it for long.
 */
export const rollbackOf: Readonly<Record<StepKind, RollbackClass>> = {
  'lock-console': 'reversible',
  backup: 'reversible',
  gateways: 'restorable',
  template: 'reversible',
  cns: 'restorable',
  'cluster-api-providers': 'restorable',
  // What is rewritten is served before and after alike.
  'stored-versions': 'reversible',
  'control-plane': 'one-way',
  workers: 'one-way',
  layer: 'restorable',
  'remove-layer': 'restorable',
  validate: 'restorable',
  'unlock-console': 'reversible',
};
