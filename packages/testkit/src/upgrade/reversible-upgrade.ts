import { type FrozenUpgrade, freeze, type PlanStep, rollbackOf, type StepKind } from '@sealift/core/upgrade';
import { hashOfValues } from '@sealift/upgrade/frozen';
import { ovaSha256, pinned, type World } from './world.ts';

const base = `sha256:${'c'.repeat(64)}`;
const calico = { layer: 'cni', pack: 'cni-calico', version: '3.26.1', digest: pinned.calico } as const;
const former = { ...calico, version: '3.25.2', digest: `sha256:${'8'.repeat(64)}`, values: 'mtu: 1400\n', base };
const before = { kubernetes: '1.36.3', template: 'r_old' };
const after = { kubernetes: '1.37.2', template: 'r_new' };

function common<Kind extends StepKind>(kind: Kind, name: string = kind) {
  return { id: `0-${name}`, kind, title: name, rollback: rollbackOf[kind] };
}

const steps: PlanStep[] = [
  common('lock-console'),
  common('backup'),
  { ...common('template'), target: { ...after, ova: 'new.ova', sha256: ovaSha256, digest: pinned.ova } },
  { ...common('emulated-control-plane'), target: { ...after, emulates: '1.36', back: before } },
  { ...common('finalise'), target: after },
  { ...common('workers'), target: after },
  { ...common('etcd'), target: after },
  { ...common('layer', 'layer-cni-cni-calico'), target: calico },
  common('validate'),
  common('unlock-console'),
];

/** A frozen upgrade over a minor of Kubernetes, which can be taken back until it is finalised. */
export function reversibleUpgrade(): FrozenUpgrade {
  const ends = { from: '4.2.12', to: '4.2.13' };
  const versions = { kubernetesFrom: before.kubernetes, kubernetesTo: after.kubernetes };
  const nodeImage = { needed: true, template: after.template, ...versions, reason: 'a newer minor' };
  const plan = { product: 'Harborview', ...ends, nodeImage, hops: [{ ...ends, release: pinned.release, steps }] };
  const frozen = { release: `sha256:${'7'.repeat(64)}`, layers: [former] };
  return freeze(structuredClone(plan), [{ layers: [{ ...calico, values: 'mtu: 1440\n', base }] }], { before: frozen });
}

/** Lets a world run what is there before that upgrade. */
export function runBeforeReversible(world: World): void {
  const { values, base: _, ...layer } = former;
  world.layers.splice(0, Number.POSITIVE_INFINITY, { ...layer, valuesHash: hashOfValues(values), wait: null });
  for (const group of ['control-plane', 'workers'] as const) {
    const { kubernetes: version, template } = before;
    world.groups[group] = { desired: { version, template }, updated: 3 };
  }
}
