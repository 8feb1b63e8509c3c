import { describe, expect, it } from 'vitest';
import { isSealiftError } from '../errors/sealift-error.ts';
import { buildPlan } from './build-plan.ts';
import { digestOf, release, type ReleaseSketch } from './plan.fixture.ts';
import type { SetupGroup } from './node-setup.ts';
import { planSchema } from '../upgrade/plan/plan.ts';

const installed = release({
  version: '4.2.12',
  kubernetes: '1.26.8',
  ova: 'u-2204-0-k-1268-0.ova',
  layers: [
    'os/ubuntu-vsphere@22.04',
    'k8s/kubernetes@1.26.8',
    'cni/cni-calico@3.25.1',
    'csi/csi-vsphere-csi@3.0.0',
    'addon/legacy@1.0.0',
    'addon/older@1.0.0',
    'addon/platform@4.2.12',
  ],
});
const newLayers = [
  'os/ubuntu-vsphere@22.04',
  'k8s/kubernetes@1.26.10',
  'cni/cni-calico@3.26.1',
  'csi/csi-vsphere-csi@3.0.2',
  'addon/ingress-nginx@4.8.3',
  'addon/platform@4.2.13',
];
const next: ReleaseSketch = {
  version: '4.2.13',
  kubernetes: '1.26.10',
  ova: 'u-2204-0-k-12610-0.ova',
  from: ['>=4.2.0 <4.2.13'],
  layers: newLayers,
};
const image = (kubernetes: string) => {
  const ova = `k-${kubernetes}.ova`;
  const digest = digestOf(ova);
  return { ova, os: 'ubuntu-22.04', kubernetes, sha256: digest.slice(7), digest, sizeBytes: 1 };
};
const targetDigest = digestOf('marker');
const stepsTo = (sketch: Partial<ReleaseSketch>, more: { editedLayers?: string[] } = {}) =>
  buildPlan({ installed, target: release({ ...next, ...sketch }), targetDigest, ...more }).hops.flatMap(
    ({ steps }) => steps,
  );

describe('buildPlan', () => {
  it('puts steps that the release declares where it says, in its order, also beside a layer that stays as it is', () => {
    const step = (name: string, at: object) => ({
      name,
      title: name,
      at,
      do: { kind: 'move-stored-version', definition: 'tugs.harbor.example.com', from: 'v1alpha1' },
    });
    const spec = {
      releaseSteps: [
        step('last', { after: 'layers' }),
        step('beside', { after: 'os-ubuntu-vsphere' }),
        step('first', { before: 'nodes' }),
        step('calico-b', { before: 'cni-cni-calico' }),
        step('calico-a', { before: 'cni-cni-calico' }),
        step('between', { after: 'nodes' }),
      ],
      steps: { 'release-first': { rollback: 'one-way' } },
    };
    const steps = stepsTo({ spec });
    const names = steps.map(({ id }) => id);
    expect(names.filter((id) => id.startsWith('0-release-'))).toEqual([
      '0-release-first',
      '0-release-between',
      '0-release-beside',
      '0-release-calico-b',
      '0-release-calico-a',
      '0-release-last',
    ]);
    const before = (id: string, other: string) => names.indexOf(id) < names.indexOf(other);
    expect(before('0-release-first', '0-control-plane') && before('0-workers', '0-release-between')).toBe(true);
    expect(names[names.indexOf('0-layer-cni-cni-calico') - 1]).toBe('0-release-calico-a');
    expect(before('0-layer-addon-platform', '0-release-last') && before('0-release-last', '0-validate')).toBe(true);
    expect(steps.find(({ id }) => id === '0-release-first')?.rollback).toBe('one-way');
    expect(steps.find(({ id }) => id === '0-release-last')?.rollback).toBe('reversible');
  });

  it('puts the steps of a hop in the default order', () => {
    const plan = buildPlan({ installed, target: release(next), targetDigest });
    expect(planSchema.parse(plan)).toEqual(plan);
    expect(plan).toMatchObject({ product: 'Harborview', from: '4.2.12', to: '4.2.13', nodeImage: { needed: true } });
    expect(plan.hops[0]?.steps.map(({ id }) => id)).toEqual([
      '0-lock-console',
      '0-backup',
      '0-template',
      '0-stored-versions',
      '0-control-plane',
      '0-workers',
      '0-layer-k8s-kubernetes',
      '0-layer-cni-cni-calico',
      '0-layer-csi-csi-vsphere-csi',
      '0-layer-addon-ingress-nginx',
      '0-layer-addon-platform',
      '0-layer-addon-older',
      '0-layer-addon-legacy',
      '0-validate',
      '0-unlock-console',
    ]);
  });

  it('tells each step what it needs to act', () => {
    const steps = stepsTo({});
    const step = (id: string) => steps.find((each) => each.id === id);
    const template = 'r_u-2204-0-k-12610-0';
    expect(step('0-template')).toMatchObject({
      target: {
        template,
        ova: 'u-2204-0-k-12610-0.ova',
        sha256: digestOf('u-2204-0-k-12610-0.ova').slice(7),
        digest: digestOf('u-2204-0-k-12610-0.ova'),
        kubernetes: '1.26.10',
      },
    });
    expect(step('0-workers')).toMatchObject({
      title: 'Roll the workers to Kubernetes 1.26.10',
      target: { kubernetes: '1.26.10', template },
      rollback: 'one-way',
    });
    expect(step('0-layer-cni-cni-calico')).toMatchObject({
      title: 'Upgrade cni-calico from 3.25.1 to 3.26.1 (cni)',
      target: { layer: 'cni', pack: 'cni-calico', version: '3.26.1', digest: digestOf('cni/cni-calico@3.26.1') },
    });
    expect(step('0-layer-addon-legacy')).toMatchObject({
      kind: 'remove-layer',
      title: 'Remove legacy 1.0.0 (addon)',
      target: { layer: 'addon', pack: 'legacy' },
      rollback: 'reversible',
    });
  });

  it('goes through the minors between, and no step of them has the name of another', () => {
    const between = ['1.25.4', '1.27.4', '1.28.9'].map((kubernetes) => image(kubernetes));
    const steps = stepsTo({ kubernetes: '1.29.1', spec: { intermediateNodeImages: between } });
    const nodes = steps.filter(({ kind }) => ['template', 'control-plane', 'workers'].includes(kind));
    expect(nodes.map(({ id }) => id)).toEqual([
      '0-template-1.27.4',
      '0-template-1.28.9',
      '0-template',
      '0-control-plane-1.27.4',
      '0-control-plane-1.28.9',
      '0-control-plane',
      '0-workers',
    ]);
    expect(nodes[3]).toMatchObject({
      title: 'Roll the control plane to Kubernetes 1.27.4',
      target: { kubernetes: '1.27.4', template: 'r_k-1.27.4' },
      rollback: 'one-way',
    });
    const plan = buildPlan({
      installed,
      target: release({ ...next, kubernetes: '1.29.1', spec: { intermediateNodeImages: between } }),
      targetDigest,
    });
    expect(planSchema.parse(plan)).toEqual(plan);
    expect(plan.nodeImage.reason).toContain('from 1.26.8 to 1.29.1 by way of 1.27.4 and 1.28.9');
  });

  it('replaces no node when neither Kubernetes nor the image changes', () => {
    const kinds = stepsTo({ kubernetes: '1.26.8', ova: 'u-2204-0-k-1268-0.ova' }).map(({ kind }) => kind);
    expect(kinds).not.toContain('template');
    expect(kinds).not.toContain('control-plane');
    expect(kinds).not.toContain('workers');
  });

  it('replaces nodes from the image that they have where kubeadm is to set them up otherwise, and only those', () => {
    const same = release({ ...next, kubernetes: '1.26.8', ova: 'u-2204-0-k-1268-0.ova' });
    const planFor = (newSetup: readonly SetupGroup[], target = same) =>
      buildPlan({ installed, target, targetDigest, newSetup });
    const plan = planFor(['control-plane', 'workers']);
    expect(planSchema.parse(plan)).toEqual(plan);
    const nodes = plan.hops[0]?.steps.filter(({ kind }) => ['template', 'control-plane', 'workers'].includes(kind));
    const target = { kubernetes: '1.26.8', template: 'r_u-2204-0-k-1268-0' };
    expect(nodes).toMatchObject([
      {
        id: '0-control-plane',
        title: 'Replace the machines of the control plane for other settings of kubeadm',
        target,
      },
      { id: '0-workers', title: 'Replace the machines of the workers for other settings of kubeadm', target },
    ]);
    expect(plan.nodeImage).toMatchObject({ needed: false });
    expect(plan.nodeImage.reason).toContain('Nodes of control plane and workers are replaced for other settings');
    const [only] = planFor(['control-plane']).hops;
    expect(only?.steps.map(({ kind }) => kind)).toContain('control-plane');
    expect(only?.steps.map(({ kind }) => kind)).not.toContain('workers');
    // With another image all of them are replaced in any case, once.
    const both = planFor(['control-plane'], release(next));
    expect(both.hops[0]?.steps).toEqual(planFor([], release(next)).hops[0]?.steps);
    expect(both.nodeImage.reason).toContain('New nodes of control plane get other settings of kubeadm.');
    const without = buildPlan({
      installed: release({ version: '4.2.12', kubernetes: '1.26.8' }),
      target: release({ ...next, kubernetes: '1.26.8', ova: undefined }),
      targetDigest,
      newSetup: ['workers'],
    });
    expect(without.hops[0]?.steps.map(({ kind }) => kind)).not.toContain('workers');
    expect(without.nodeImage.reason).toContain('wait until a release names a node image');
  });

  it('replaces nodes for an image that was built again, on the same Kubernetes and under the same name', () => {
    const target = release({ ...next, kubernetes: '1.26.8', ova: 'u-2204-0-k-1268-0.ova' });
    if (target.spec.nodeImage) target.spec.nodeImage.sha256 = 'f'.repeat(64);
    const kinds = buildPlan({ installed, target, targetDigest }).hops[0]?.steps.map(({ kind }) => kind);
    expect(kinds).toEqual(expect.arrayContaining(['template', 'control-plane', 'workers']));
  });

  it('applies a layer whose pack was built again under the same version', () => {
    const target = release(next);
    const rebuilt = target.spec.layers.find(({ pack }) => pack === 'ubuntu-vsphere');
    if (rebuilt) rebuilt.digest = digestOf('built again');
    const steps = buildPlan({ installed, target, targetDigest }).hops[0]?.steps;
    expect(steps?.find(({ id }) => id === '0-layer-os-ubuntu-vsphere')).toMatchObject({
      title: 'Upgrade ubuntu-vsphere from 22.04 to 22.04 (os)',
      target: { digest: digestOf('built again') },
    });
  });

  it('applies a layer whose values were edited although its pack is the same', () => {
    expect(stepsTo({}).map(({ id }) => id)).not.toContain('0-layer-os-ubuntu-vsphere');
    const edited = stepsTo({}, { editedLayers: ['os-ubuntu-vsphere'] });
    const index = edited.findIndex(({ id }) => id === '0-layer-os-ubuntu-vsphere');
    expect(edited[index]?.title).toBe('Apply the new values of ubuntu-vsphere 22.04 (os)');
    expect(edited[index + 1]?.id).toBe('0-layer-k8s-kubernetes');
  });

  it('adds gateways, storage identity and providers only when the release asks for them', () => {
    const asking = stepsTo({
      version: '4.3.0',
      from: [{ range: '>=4.2.0', risk: 'ClusterIdNotUnique', check: 'cns-cluster-id' }],
      spec: {
        gateway: { version: '4.3.0', minimum: '4.2.9' },
        clusterApi: {
          core: '1.10.4',
          kubeadm: '1.10.4',
          vsphere: '1.13.1',
          components: { pack: 'cluster-api', version: '1.10.4', digest: `sha256:${'f'.repeat(64)}` },
        },
      },
    });
    expect(asking.slice(2, 6).map(({ kind }) => kind)).toEqual([
      'gateways',
      'template',
      'cns',
      'cluster-api-providers',
    ]);
    const patch = stepsTo({ spec: { gateway: { version: '4.2.13', minimum: '4.2.0' } } });
    expect(patch.map(({ kind }) => kind)).not.toContain('gateways');
  });

  it('installs providers again that are of another build, and leaves those that are installed already', () => {
    const providers = (build: string) => ({
      clusterApi: {
        core: '1.10.4',
        kubeadm: '1.10.4',
        vsphere: '1.13.1',
        components: { pack: 'cluster-api', version: '1.10.4', digest: digestOf(build) },
      },
    });
    const kinds = (build: string) =>
      buildPlan({
        installed: { ...installed, spec: { ...installed.spec, ...providers('one') } },
        target: release({ ...next, spec: providers(build) }),
        targetDigest,
      }).hops.flatMap(({ steps }) => steps.map(({ kind }) => kind));
    expect(kinds('one')).not.toContain('cluster-api-providers');
    expect(kinds('two')).toContain('cluster-api-providers');
  });

  it('says that a rollout of nodes cannot be taken back, and what the release calls one-way', () => {
    const steps = stepsTo({
      kubernetes: '1.27.1',
      spec: { steps: { 'layer-addon-platform': { rollback: 'one-way' } } },
    });
    expect(steps.find(({ kind }) => kind === 'control-plane')?.rollback).toBe('one-way');
    expect(steps.find(({ id }) => id === '0-layer-addon-platform')?.rollback).toBe('one-way');
  });

  it('refuses an illegal hop', () => {
    let caught: unknown;
    try {
      stepsTo({ from: ['4.2.1'] });
    } catch (error) {
      caught = error;
    }
    expect(isSealiftError(caught, 'UPGRADE_NOT_LEGAL') && caught.message).toContain('It accepts 4.2.1');
  });
});

describe('new values for the release that runs', () => {
  const values = (editedLayers: string[], more: object = {}) =>
    buildPlan({ installed, target: { ...installed, ...more }, targetDigest, editedLayers }).hops.flatMap(
      ({ steps }) => steps,
    );

  it('apply the edited layers between a backup and a proof, and nothing else', () => {
    expect(values(['cni-cni-calico']).map(({ kind, title }) => `${kind}: ${title}`)).toEqual([
      'lock-console: Lock the console',
      'backup: Back up configuration, database and cluster objects',
      'stored-versions: Rewrite objects that are stored in API versions that go',
      'layer: Apply the new values of cni-calico 3.25.1 (cni)',
      'validate: Prove that the platform is healthy',
      'unlock-console: Unlock the console',
    ]);
  });

  it('run none of the steps that the release declares once more', () => {
    const step = {
      name: 'once',
      title: 'once',
      at: { before: 'layers' },
      do: { kind: 'move-stored-version', definition: 'tugs.harbor.example.com', from: 'v1alpha1' },
    };
    const spec = { ...installed.spec, releaseSteps: [step] } as typeof installed.spec;
    expect(values(['cni-cni-calico'], { spec }).map(({ kind }) => kind)).not.toContain('move-stored-version');
  });

  it('are refused where none are new', () => {
    expect(() => values([])).toThrow('installed already');
  });
});
