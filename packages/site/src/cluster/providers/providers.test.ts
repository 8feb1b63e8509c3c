import { type Kubernetes, startKubernetes } from '@sealift/testkit/kube-apiserver';
import { peer } from '@sealift/testkit/peers';
import { type Component, programOf, sampleProviders, smallDefinition } from '@sealift/testkit/sample-components';
import { providersContract } from '@sealift/upgrade/ports/contract/providers';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { Cutter } from '../layers/testing/cutting.ts';
import { Objects } from '@sealift/kubernetes/objects';
import {
  byClusterctl,
  check,
  clear,
  components,
  coreOf,
  definition,
  deployments,
  group,
  record,
  role,
  running,
} from './testing/four-providers.ts';
import { argumentsOf, never, packOf, ProvidersBench } from './testing/providers-bench.ts';

// Machines under load are slow; nothing here waits for this long.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 180_000 });

const peers = [peer('etcd'), peer('kube-apiserver')] as const;
const missing = peers.find((one) => one.missing);
const { core, vsphere } = sampleProviders;
/** Every third effect is cut, or each with SEALIFT_CUTS=all. */
const cutEvery = process.env['SEALIFT_CUTS'] === 'all' ? 1 : 3;

describe.skipIf(missing !== undefined)(`the providers of a cluster${missing ? ` (${missing.remedy})` : ''}`, () => {
  let cluster: Kubernetes;
  let bench: ProvidersBench;
  beforeAll(async () => {
    cluster = await startKubernetes(...peers);
    bench = await ProvidersBench.open(cluster);
  });
  afterAll(async () => {
    await bench?.close();
    await cluster?.stop();
  });

  beforeEach(() => clear(bench));

  const contracted = packOf('1.14.2', components('v1.14.2'));
  providersContract(
    'a cluster',
    async () => {
      bench.shelve(contracted);
      return { port: bench.port() };
    },
    contracted.desired,
  );

  it('older than those that run are refused, and a Kubernetes that needs newer ones is blocked', async () => {
    await bench.settle(bench.shelve(packOf('1.13.1', components('v1.13.1'))));
    const older = bench.shelve(packOf('1.12.0', components('v1.12.0')));
    expect(await check(bench, older)).toMatchObject({
      outcome: 'block',
      detail: expect.stringContaining('v1.12.0 is older'),
    });
    await expect(bench.port().apply(older, never)).rejects.toMatchObject({ code: 'PROVIDERS_REFUSED' });
    expect(await check(bench, undefined)).toMatchObject({ outcome: 'pass' });
    expect(await check(bench, undefined, '1.36.0')).toMatchObject({ outcome: 'pass' });
    expect(await check(bench, undefined, '1.36.1')).toMatchObject({
      outcome: 'block',
      detail: 'Kubernetes 1.36.1 needs Cluster API 1.13.2 or newer first, and v1.13.1 runs',
    });
    expect(await check(bench, bench.shelve(packOf('1.13.1', components('v1.13.1'))), '1.36.1')).toMatchObject({
      outcome: 'block',
      remedy: expect.stringContaining('vendor'),
    });
    expect(await check(bench, bench.shelve(packOf('1.13.2', components('v1.13.2'))), '1.36.1')).toMatchObject({
      outcome: 'pass',
    });
  });

  it('that do not say their version are not taken to be new enough', async () => {
    expect(await check(bench, undefined, '1.36.0')).toMatchObject({ outcome: 'pass' });
    expect(await check(bench, undefined, '1.36.1')).toMatchObject({
      outcome: 'warn',
      detail: 'Nothing in the cluster says which Cluster API runs, and Kubernetes 1.36.1 needs 1.11.11 or newer',
    });
  });

  it('with variables keep what runs; without a value for one nothing is applied', async () => {
    const secret = (stringData: object): Component => ({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'capv-manager-bootstrap-credentials', namespace: vsphere.namespace },
      stringData,
    });
    const login = secret({ 'credentials.yaml': "username: '${VSPHERE_USERNAME}'" });
    const next = bench.shelve(packOf('1.14.2', [...components('v1.14.2'), login]));
    expect(await check(bench, next)).toMatchObject({
      outcome: 'block',
      detail: expect.stringContaining('VSPHERE_USERNAME at .stringData.credentials.yaml'),
    });
    await expect(bench.port().apply(next, never)).rejects.toMatchObject({
      code: 'PROVIDERS_REFUSED',
      message: expect.stringContaining('capv-system/capv-manager-bootstrap-credentials'),
    });
    await bench.createAs('clusterctl', [...components('v1.13.1'), secret({ 'credentials.yaml': 'username: me' })]);
    await bench.settle(next);
    const of = { apiVersion: 'v1', kind: 'Secret', namespace: vsphere.namespace, name: login.metadata.name };
    const data = (await bench.objects.get(of))?.['data'];
    expect(data).toEqual({ 'credentials.yaml': Buffer.from('username: me').toString('base64') });
    expect(JSON.stringify(await bench.port().status(never))).not.toContain('username: me');
    await bench.objects.delete(of);
  });

  it.each([
    ['a chart', { charts: new Map([['charts/a.tgz', new Uint8Array()]]) }, [], 'it has charts'],
    [
      'a kind that none brings',
      {},
      [{ apiVersion: 'v1', kind: 'Node', metadata: { name: 'n' } }],
      'Node n is of a kind',
    ],
    [
      'an object in a namespace of others',
      {},
      [{ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'c', namespace: 'default' } }],
      'lies in a namespace that the components do not bring',
    ],
    [
      'a definition of others',
      {},
      [smallDefinition(core, 'Thing', { group: 'x.example', stored: 'v1' })],
      'is no definition of Cluster API',
    ],
    [
      'another version than the release says',
      {},
      programOf({ ...core, deployment: 'second' }, 'v1.13.9'),
      'the release says 1.14.2',
    ],
  ])('with %s are no components', async (_, more, added, reason) => {
    const pack = packOf(
      '1.14.2',
      [...components('v1.14.2'), ...added.filter(({ kind }) => kind !== 'Namespace')],
      more,
    );
    const next = bench.shelve(pack);
    const refused = { code: 'PROVIDERS_INVALID', message: expect.stringContaining(reason) as unknown };
    await expect(bench.port().apply(next, never)).rejects.toMatchObject(refused);
    expect(await check(bench, next)).toMatchObject({ outcome: 'block', detail: expect.stringContaining(reason) });
    expect(await bench.objects.get(record)).toBeUndefined();
  });

  it('that need cert-manager, or speak no contract of the new core, are blocked', async () => {
    const certificate = {
      apiVersion: 'cert-manager.io/v1',
      kind: 'Certificate',
      metadata: { name: 'capi-serving-cert', namespace: core.namespace },
      spec: {},
    };
    const needs = bench.shelve(packOf('1.14.2', [...components('v1.14.2'), certificate]));
    expect(await check(bench, needs)).toMatchObject({
      outcome: 'block',
      detail: expect.stringContaining('cert-manager.io/v1'),
    });
    const old = smallDefinition(vsphere, 'OldMachine', {
      group: 'infrastructure.cluster.x-k8s.io',
      stored: 'v1alpha4',
    });
    const labels = { 'cluster.x-k8s.io/provider': vsphere.provider, 'cluster.x-k8s.io/v1alpha4': 'v1alpha4' };
    const machine = { ...old, metadata: { ...old.metadata, labels } };
    const skewed = bench.shelve(packOf('1.14.2', [...components('v1.14.2'), machine]));
    expect(await check(bench, skewed)).toMatchObject({
      outcome: 'block',
      detail: expect.stringContaining('speaks no contract'),
    });
  });

  it('that somebody changes afterwards are not said to run', async () => {
    const next = bench.shelve(packOf('1.14.2', components('v1.14.2')));
    await bench.settle(next);
    const containers = [{ name: 'manager', image: 'other:v1' }];
    await bench.patchAs('kubectl-set', coreOf(components('')), { spec: { template: { spec: { containers } } } });
    expect(await bench.port().status(never)).toMatchObject({
      wait: {
        level: 'blocked',
        what: expect.stringMatching(/capi-controller-manager runs other:v1, .*v1\.14\.2/) as unknown,
      },
    });
    await bench.objects.delete({ ...deployments, namespace: core.namespace, name: core.deployment });
    expect(await bench.port().status(never)).toMatchObject({
      wait: { level: 'blocked', what: 'Deployment.apps capi-system/capi-controller-manager is not there' },
    });
  });

  it('whose webhooks have no certificate, or answer nobody, are waited for', async () => {
    const configuration = (clientConfig: object): Component => ({
      apiVersion: 'admissionregistration.k8s.io/v1',
      kind: 'ValidatingWebhookConfiguration',
      metadata: {
        name: 'capi-validating-webhook-configuration',
        labels: { 'cluster.x-k8s.io/provider': core.provider },
      },
      webhooks: [
        {
          name: 'validation.cluster.cluster.x-k8s.io',
          clientConfig,
          admissionReviewVersions: ['v1'],
          sideEffects: 'None',
          rules: [
            { apiGroups: [group], apiVersions: ['v1beta1'], resources: ['clusters'], operations: ['CREATE', 'UPDATE'] },
          ],
        },
      ],
    });
    const service = { name: 'capi-webhook-service', namespace: core.namespace, path: '/validate' };
    const cases = [
      [{ service }, 'has no certificate to trust'],
      [{ url: 'https://127.0.0.1:9/validate' }, 'does not answer (webhook validation.cluster.cluster.x-k8s.io)'],
    ] as const;
    for (const [clientConfig, what] of cases) {
      const next = bench.shelve(packOf('1.14.2', [...components('v1.14.2'), configuration(clientConfig)]));
      await bench.port().apply(next, never);
      await expect
        .poll(() => bench.port().status(never), { timeout: 60_000 })
        .toMatchObject({
          digest: next.components.digest,
          complete: false,
          wait: { what: expect.stringContaining(what) as unknown },
        });
    }
    const of = { apiVersion: 'admissionregistration.k8s.io/v1', kind: 'ValidatingWebhookConfiguration' };
    await bench.objects.delete({ ...of, name: 'capi-validating-webhook-configuration' });
  });

  it('store what there is in the new version, also where an old version goes for good', async () => {
    await bench.settle(bench.shelve(packOf('1.12.0', components('v1.12.0', { versions: ['v1alpha4', 'v1beta1'] }))));
    const one = (name: string) => ({
      apiVersion: `${group}/v1alpha4`,
      kind: 'Cluster',
      metadata: { name, namespace: 'default' },
      spec: { a: name },
    });
    for (const name of ['a', 'b', 'c']) await bench.createAs('someone', [one(name)]);
    const next = bench.shelve(packOf('1.14.2', components('v1.14.2', { versions: ['v1beta2', 'v1beta1'] })));
    expect(await check(bench, next)).toMatchObject({
      outcome: 'warn',
      detail: expect.stringMatching(/3 objects to store anew; no longer served: v1alpha4 of clusters/) as unknown,
      remedy: expect.stringContaining('kube-controller-manager'),
    });
    const { notes } = await bench.settle(next);
    expect(notes).toContain('3 objects stored in the version of their definition');
    expect(await bench.objects.get(definition)).toMatchObject({ status: { storedVersions: ['v1beta2'] } });
    const found = await bench.objects.list({ apiVersion: `${group}/v1beta2`, kind: 'Cluster' });
    expect(found.map(({ spec }) => spec)).toEqual([{ a: 'a' }, { a: 'b' }, { a: 'c' }]);
    expect(JSON.stringify(found)).not.toContain('v1alpha4');
  });

  it('are of the newest holder of the lease', async () => {
    const as = (id: string, epoch: number) => bench.port({ holder: () => ({ id, epoch }) });
    const next = bench.shelve(packOf('1.14.2', components('v1.14.2')));
    await as('newer', 2).apply(next, never);
    const later = bench.shelve(packOf('1.14.3', components('v1.14.3')));
    await expect(as('older', 1).apply(later, never)).rejects.toMatchObject({ code: 'LEASE_LOST' });
    await expect(as('older', 1).apply(next, never)).rejects.toMatchObject({ code: 'LEASE_LOST' });
    expect(JSON.stringify(await running(bench))).toContain('v1.14.2');
  });

  it('cut at any effect, every other time with its answer lost, end as if they had not been', async () => {
    const cutter = new Cutter();
    const objects = new Objects(cutter.through(bench.client));
    const next = bench.shelve(
      packOf('1.14.2', components('v1.14.2', { args: ['--v=3', '--new'], versions: ['v1beta2', 'v1beta1'] })),
    );
    const one = {
      apiVersion: `${group}/v1alpha4`,
      kind: 'Cluster',
      metadata: { name: 'a', namespace: 'default' },
      spec: { a: 1 },
    };
    const before = components('v1.13.1', { args: ['--v=2', '--gone'], versions: ['v1alpha4', 'v1beta1'] });
    let undisturbed: unknown;
    let cuts = 0;
    for (let at = 0; ; at += at === 0 ? 1 : cutEvery) {
      await clear(bench);
      await bench.createAs('clusterctl', byClusterctl([...before, role('capi-gone')]));
      await bench.createAs('someone', [one]);
      const containers = [{ name: 'manager', image: `${core.image}:v1.13.1`, args: ['--v=5', '--gone', '--mine'] }];
      await bench.patchAs('kubectl-edit', coreOf(before), {
        spec: { replicas: 2, template: { spec: { containers } } },
      });
      // The first run is not cut, and says what the others have to end as.
      cutter.cut(at, at % 2 === 0 ? 'after' : 'before');
      const wasCut = await bench.settle(next, bench.port({ objects: () => Promise.resolve(objects) })).then(
        () => false,
        (error: unknown) => /^cut (before|after) the effect$/.test((error as Error).message) || Promise.reject(error),
      );
      const { digest, notes } = await bench.settle(next);
      const live = await running(bench);
      const found = await bench.objects.get(definition);
      const ended = {
        digest,
        notes: notes.filter((note) => note.startsWith('kept')),
        args: argumentsOf(live),
        replicas: (live?.['spec'] as { readonly replicas: number } | undefined)?.replicas,
        stored: (found?.['status'] as { readonly storedVersions: unknown } | undefined)?.storedVersions,
        cluster: (await bench.objects.list({ apiVersion: `${group}/v1beta2`, kind: 'Cluster' })).map(
          ({ spec }) => spec,
        ),
        role: await bench.objects.get({
          apiVersion: 'rbac.authorization.k8s.io/v1',
          kind: 'ClusterRole',
          name: 'capi-gone',
        }),
      };
      if (at === 0) undisturbed = ended;
      expect(ended, `cut at effect ${at}`).toEqual(undisturbed);
      if (!wasCut && at > 0) break;
      if (at > 0) cuts += 1;
    }
    expect(undisturbed).toMatchObject({
      args: ['--v=5', '--new', '--gone', '--mine'],
      replicas: 2,
      stored: ['v1beta2'],
      cluster: [{ a: 1 }],
      role: undefined,
    });
    expect(cuts * cutEvery).toBeGreaterThan(20);
  }, 600_000);
});
