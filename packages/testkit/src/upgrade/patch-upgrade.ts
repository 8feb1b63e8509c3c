import {
  type FrozenUpgrade,
  freeze,
  type OnFailure,
  type PlanStep,
  rollbackOf,
  type StepKind,
} from '@sealift/core/upgrade';
import { hashOfValues } from '@sealift/upgrade/frozen';
import { pinned, type World } from './world.ts';

const release = pinned.release;
const formerRelease = `sha256:${'7'.repeat(64)}`;
const base = `sha256:${'c'.repeat(64)}`;
const calico = { layer: 'cni', pack: 'cni-calico', version: '3.26.1', digest: pinned.calico } as const;
const platform = { layer: 'addon', pack: 'platform', version: '4.2.13', digest: pinned.platform } as const;
const monitor = { layer: 'addon', pack: 'monitor', version: '1.0.0', digest: `sha256:${'9'.repeat(64)}` } as const;
const legacy = { layer: 'addon', pack: 'legacy', version: '1.0.0', digest: `sha256:${'b'.repeat(64)}` } as const;

/** What the platform runs before: calico of another version, the platform's pack with other values, and one that goes. */
const before = [
  { ...calico, version: '3.25.2', digest: `sha256:${'8'.repeat(64)}`, values: 'mtu: 1400\n', base },
  { ...platform, values: 'replicas: 2\n', base },
  { ...legacy, values: 'password: swordfish\n', base },
];

function common<Kind extends StepKind>(kind: Kind, name: string = kind) {
  return { id: `0-${name}`, kind, title: name, rollback: rollbackOf[kind] };
}

const steps: PlanStep[] = [
  common('lock-console'),
  common('backup'),
  common('cns'),
  common('stored-versions'),
  { ...common('layer', 'layer-cni-cni-calico'), target: calico },
  { ...common('layer', 'layer-addon-platform'), target: platform },
  { ...common('layer', 'layer-addon-monitor'), target: monitor },
  { ...common('remove-layer', 'layer-addon-legacy'), target: { layer: 'addon', pack: 'legacy' } },
  common('validate'),
  common('unlock-console'),
];

/** How the upgrade of a test differs. */
export interface PatchOptions {
  readonly onFailure?: OnFailure;
  /** As it was frozen before layers could be taken back. */
  readonly withoutBefore?: true;
  /** A step that the release says cannot be taken back. */
  readonly oneWay?: string;
}

/** A frozen upgrade without a rollout of nodes: a layer that changes, one whose values do, one that is new and one that goes. */
export function patchUpgrade({ onFailure = 'stop', withoutBefore, oneWay }: PatchOptions = {}): FrozenUpgrade {
  const ends = { from: '4.2.12', to: '4.2.13' };
  const nodeImage = { needed: false, kubernetesFrom: '1.26.8', kubernetesTo: '1.26.8', reason: 'the same' };
  const planned = structuredClone(steps).map((step) =>
    step.id === oneWay ? { ...step, rollback: 'one-way' as const } : step,
  );
  const plan = { product: 'Harborview', ...ends, nodeImage, hops: [{ ...ends, release, steps: planned }] };
  const layers = [
    { ...calico, values: 'mtu: 1440\n', base },
    { ...platform, values: 'replicas: 3\n', base },
    { ...monitor, values: 'token: hunter2\n', base },
  ];
  const former = withoutBefore === true ? {} : { before: { release: formerRelease, layers: before } };
  return freeze(plan, [{ layers }], { onFailure, ...former });
}

const nextCalico = { ...calico, version: '3.27.0', digest: `sha256:${'6'.repeat(64)}` } as const;

/**
 * The same upgrade and a further hop in one plan: in it the layer that changed changes again, the values of another do, the one that had gone comes back, and the one
 * that came new goes.
 */
export function patchUpgradeOfTwoHops(): FrozenUpgrade {
  const first = patchUpgrade();
  const [hop, ...none] = first.plan.hops;
  if (hop === undefined || none.length > 0) throw new Error('the patch upgrade has one hop');
  const ends = { from: hop.to, to: '4.2.14' };
  const asOfFirst: PlanStep[] = [
    { ...common('layer', 'layer-cni-cni-calico'), target: nextCalico },
    { ...common('layer', 'layer-addon-platform'), target: platform },
    { ...common('layer', 'layer-addon-legacy'), target: legacy },
    { ...common('remove-layer', 'layer-addon-monitor'), target: { layer: 'addon', pack: 'monitor' } },
    common('validate'),
    common('unlock-console'),
  ];
  const further = asOfFirst.map((step) => ({ ...step, id: step.id.replace(/^0/, '1') }));
  const hops = [
    { ...hop, steps: hop.steps.filter(({ kind }) => kind !== 'unlock-console') },
    { ...ends, release, steps: further },
  ];
  const layers = [
    { ...nextCalico, values: 'mtu: 1500\n', base },
    { ...platform, values: 'replicas: 5\n', base },
    { ...legacy, values: 'password: sailfish\n', base },
  ];
  return freeze({ ...first.plan, to: ends.to, hops }, [...first.hops, { layers }], { before: first.before });
}

/** What that does when nothing disturbs it, with what takes each back; null where it stays. */
export const twoHopEffects = [
  ['lock', null],
  ['backup', null],
  ['repair storage identity', null],
  ['rewrite stored versions', null],
  ['apply cni-calico 3.26.1', 'apply cni-calico 3.25.2'],
  ['apply platform 4.2.13', 'apply platform 4.2.13'],
  ['apply monitor 1.0.0', 'remove monitor'],
  ['remove legacy', 'apply legacy 1.0.0'],
  ['install 4.2.13', 'record 4.2.12 again'],
  ['apply cni-calico 3.27.0', 'apply cni-calico 3.26.1'],
  ['apply platform 4.2.13', 'apply platform 4.2.13'],
  ['apply legacy 1.0.0', 'remove legacy'],
  ['remove monitor', 'apply monitor 1.0.0'],
  ['install 4.2.14', 'record 4.2.13 again'],
  ['unlock', null],
] as const;

/** Lets a world run what is there before that upgrade. */
export function runBefore(world: World): void {
  const layers = before.map((one) => {
    const { values, base: _, ...layer } = one;
    return { ...layer, valuesHash: hashOfValues(values), wait: null };
  });
  world.layers.splice(0, Number.POSITIVE_INFINITY, ...layers);
}

/** What that upgrade changes in a world, in an order of its own. */
export function exportOf({ layers, installed, lockedBy, groups }: World): string {
  const sorted = layers.toSorted((a, b) => (a.pack < b.pack ? -1 : 1)).map((layer) => ({ ...layer, wait: null }));
  return JSON.stringify({ layers: sorted, installed, lockedBy, groups });
}

/** What it does when nothing disturbs it. */
export const patchEffects = [
  'lock',
  'backup',
  'repair storage identity',
  'rewrite stored versions',
  'apply cni-calico 3.26.1',
  'apply platform 4.2.13',
  'apply monitor 1.0.0',
  'remove legacy',
  'install 4.2.13',
  'unlock',
];

/** What takes back what each of them did; nothing where that stays. */
export const backEffects: Readonly<Record<string, string>> = {
  'apply cni-calico 3.26.1': 'apply cni-calico 3.25.2',
  'apply platform 4.2.13': 'apply platform 4.2.13',
  'apply monitor 1.0.0': 'remove monitor',
  'remove legacy': 'apply legacy 1.0.0',
  'install 4.2.13': 'record 4.2.12 again',
};
