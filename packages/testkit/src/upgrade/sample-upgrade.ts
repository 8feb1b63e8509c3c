import type { MigrateClaim, MoveStoredVersion, OwnObjects, SetField, WaitFor } from '@sealift/core/release';
import { type FrozenUpgrade, freeze, type PlanStep, rollbackOf, type StepKind } from '@sealift/core/upgrade';
import { ovaSha256, pinned } from './world.ts';

const release = `sha256:${'b'.repeat(64)}`;
const base = `sha256:${'c'.repeat(64)}`;
const nodes = { kubernetes: '1.26.10', template: 'r_new' };
const components = { pack: 'cluster-api', version: '1.10.4', digest: pinned.providers };
const providers = { core: '1.10.4', kubeadm: '1.10.4', vsphere: '1.13.1', components };
const calico = { layer: 'cni', pack: 'cni-calico', version: '3.26.1', digest: pinned.calico } as const;
const platform = { layer: 'addon', pack: 'platform', version: '4.2.13', digest: pinned.platform } as const;

const own: OwnObjects = {
  kind: 'own-objects',
  owner: { helm: { release: 'platform', namespace: 'harbor', managers: [] } },
  objects: [{ apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'harbor', name: 'hooks' }],
};
const move: MoveStoredVersion = {
  kind: 'move-stored-version',
  definition: 'buoys.harbor.example.com',
  from: 'v1alpha1',
};
const claim: MigrateClaim = {
  kind: 'migrate-claim',
  namespace: 'harbor',
  name: 'files',
  from: { accessModes: ['ReadWriteOnce'] },
  to: { accessModes: ['ReadWriteMany'] },
};
const raise: SetField = {
  kind: 'set-field',
  object: { apiVersion: 'harbor.example.com/v1', kind: 'Database', namespace: 'harbor', name: 'main' },
  field: '.spec.compatibility',
  from: ['5.0'],
  to: '6.0',
};
const gone: WaitFor = {
  kind: 'wait-for',
  query: { apiVersion: 'v1', kind: 'Pod', namespace: 'harbor', selector: 'app=old' },
  expect: { absent: true },
  optional: false,
  remedy: 'Remove what is left of them.',
};

function common<Kind extends StepKind>(kind: Kind, name: string = kind) {
  return { id: `0-${name}`, kind, title: name, rollback: rollbackOf[kind] };
}

/** Every kind of step that this version can do, three layers among them, one removed. */
const steps: PlanStep[] = [
  common('lock-console'),
  common('backup'),
  { ...common('template'), target: { ...nodes, ova: 'new.ova', sha256: ovaSha256, digest: pinned.ova } },
  common('cns'),
  { ...common('cluster-api-providers'), target: providers },
  common('stored-versions'),
  { ...common('control-plane'), target: nodes },
  { ...common('workers'), target: nodes },
  { ...common('move-stored-version', 'release-buoys'), target: { name: 'buoys', do: move } },
  { ...common('layer', 'layer-cni-cni-calico'), target: calico },
  { ...common('own-objects', 'release-hooks'), target: { name: 'hooks', do: own } },
  {
    ...common('migrate-claim', 'release-files'),
    target: { name: 'files', do: claim },
  },
  { ...common('set-field', 'release-database'), target: { name: 'database', do: raise } },
  { ...common('wait-for', 'release-gone'), target: { name: 'gone', do: gone } },
  { ...common('layer', 'layer-addon-platform'), target: platform },
  { ...common('remove-layer', 'layer-addon-legacy'), target: { layer: 'addon', pack: 'legacy' } },
  common('validate'),
  common('unlock-console'),
];

/** A frozen upgrade of one hop with every kind of step. */
export function sampleUpgrade(): FrozenUpgrade {
  const nodeImage = {
    needed: true,
    template: 'r_new',
    kubernetesFrom: '1.26.8',
    kubernetesTo: '1.26.10',
    reason: 'newer',
  };
  const ends = { from: '4.2.12', to: '4.2.13' };
  const plan = {
    product: 'Harborview',
    ...ends,
    nodeImage,
    hops: [{ ...ends, release, steps: structuredClone(steps) }],
  };
  const layers = [
    { ...calico, values: 'mtu: 1440\n', base },
    { ...platform, values: 'replicas: 3\n', base },
  ];
  return freeze(plan, [{ layers }]);
}

/** A world in which the sample upgrade has everything to do, and what it does, each once. */
export const sampleEffects = [
  'lock',
  'backup',
  'import r_new',
  'repair storage identity',
  'providers 1.10.4',
  'rewrite stored versions',
  'roll control-plane 1.26.10',
  'roll workers 1.26.10',
  'move buoys.harbor.example.com out of v1alpha1',
  'apply cni-calico 3.26.1',
  'own hooks',
  'claim files ReadWriteMany',
  'set .spec.compatibility of main to 6.0',
  'apply platform 4.2.13',
  'remove legacy',
  'install 4.2.13',
  'unlock',
];
