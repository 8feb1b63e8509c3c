import type { PlanStep, RollbackClass, StepKind } from './step.ts';

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
  // The older API server reads all that it writes; etcd stays as it is.
  'emulated-control-plane': 'reversible',
  finalise: 'one-way',
  workers: 'one-way',
  etcd: 'one-way',
  // The pack and the values of before are frozen with the upgrade, and applied again.
  layer: 'reversible',
  'remove-layer': 'reversible',
  'own-objects': 'reversible',
  'move-stored-version': 'reversible',
  'wait-for': 'reversible',
  // On the same volume, with the form of before.
  'migrate-claim': 'reversible',
  // What was raised may have written what the release of before does not read.
  'set-field': 'one-way',
  validate: 'reversible',
  'unlock-console': 'reversible',
};

/**
 * What going back does with a step that was begun.
 * - `undone`: it is taken back in place.
 * - `stays`: what it did is left, as it does no harm to the release of before.
 * - `shut`: there is no way back in place past it.
 */
export type WayBack = 'undone' | 'stays' | 'shut';

/** Kinds whose result is left where it is. */
const staying: ReadonlySet<StepKind> = new Set([
  'backup',
  'gateways',
  'template',
  'cns',
  'cluster-api-providers',
  'stored-versions',
  'own-objects',
  'move-stored-version',
  'wait-for',
  'unlock-console',
]);

/** What going back does with a step. A layer of a plan of before layers could be taken back is `restorable`: its former values are not known. */
export function wayBack({ kind, rollback }: Pick<PlanStep, 'kind' | 'rollback'>): WayBack {
  if (rollback === 'one-way') return 'shut';
  if (staying.has(kind)) return 'stays';
  return rollback === 'reversible' ? 'undone' : 'shut';
}

/** Kinds that leave the platform as it runs: an upgrade that has begun no other has changed nothing. */
const harmless: ReadonlySet<StepKind> = new Set([
  'lock-console',
  'backup',
  'template',
  'stored-versions',
  'move-stored-version',
  'wait-for',
  'unlock-console',
]);

/** Whether a step may have changed what the platform runs. */
export function changesPlatform({ kind }: Pick<PlanStep, 'kind'>): boolean {
  return !harmless.has(kind);
}
