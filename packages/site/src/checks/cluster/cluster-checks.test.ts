import type { Check } from '@sealift/core/check';
import type { PackRoom } from '@sealift/core/packs';
import { KubernetesClient } from '@sealift/kubernetes/client';
import { Objects } from '@sealift/kubernetes/objects';
import { defineClusterApi } from '@sealift/testkit/cluster-api-definitions';
import { type Kubernetes, startKubernetes } from '@sealift/testkit/kube-apiserver';
import { peer } from '@sealift/testkit/peers';
import { SampleCluster } from '@sealift/testkit/sample-cluster';
import { KubeApi } from '@sealift/testkit/site/kube-api';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { makeSettled } from '../../cluster/testing/settled.ts';
import { clusterChecks } from './cluster-checks.ts';

// Machines under load are slow; nothing here waits for this long.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 180_000 });

const peers = [peer('etcd'), peer('kube-apiserver'), peer('cluster-api-core')] as const;
const missing = peers.find((one) => one.missing);
const text = (match: string): string => expect.stringContaining(match) as string;
const budgets = '/apis/policy/v1/namespaces/default/poddisruptionbudgets';
const slices = '/apis/discovery.k8s.io/v1/namespaces/default/endpointslices';
const webhooks = '/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations';

describe.skipIf(missing !== undefined)(`the checks of a cluster${missing ? ` (${missing.remedy})` : ''}`, () => {
  let cluster: Kubernetes;
  let api: KubeApi;
  let sample: SampleCluster;
  let objects: Objects;
  beforeAll(async () => {
    cluster = await startKubernetes(peers[0], peers[1]);
    api = await KubeApi.fromKubeconfig(cluster.kubeconfig);
    await defineClusterApi(api, peers[2], 'v1beta2');
    objects = new Objects(await KubernetesClient.connect({ kubeconfig: cluster.kubeconfig }));
    sample = new SampleCluster(api, 'v1beta2', 'default');
    await makeSettled(sample);
    const conditions = ['EtcdClusterHealthy', 'ControlPlaneComponentsHealthy'].map((type) => ({
      type,
      status: 'True' as const,
    }));
    await sample.status('KubeadmControlPlane', 'c1-cp', { conditions });
    const annotations = { 'machine.cluster.x-k8s.io/certificates-expiry': '2099-01-01T00:00:00Z' };
    for (const name of ['cp-1', 'cp-2', 'cp-3']) await sample.merge('Machine', name, { metadata: { annotations } });
    await api.create('/api/v1/nodes', { metadata: { name: 'node-cp-1' } });
    await api.merge('/api/v1/nodes/node-cp-1/status', { status: { conditions: [{ type: 'Ready', status: 'True' }] } });
    await api.create('/api/v1/namespaces', { metadata: { name: 'kube-node-lease' } });
    await renew(0);
  });
  afterAll(async () => {
    objects?.client.close();
    api?.close();
    await cluster?.stop();
  });

  const leases = '/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases';
  async function renew(aheadMs: number): Promise<void> {
    const spec = {
      holderIdentity: 'node-cp-1',
      renewTime: new Date(Date.now() + aheadMs).toISOString().replace('Z', '000Z'),
    };
    const body = { metadata: { name: 'node-cp-1' }, spec };
    if (!(await api.create(leases, body))) await api.merge(`${leases}/node-cp-1`, { spec });
  }
  async function look(nodes = true, needs: readonly PackRoom[] = []): Promise<Readonly<Record<string, Check>>> {
    const open = () => Promise.resolve(objects);
    const packRoom = () => Promise.resolve(needs);
    const checks = await Promise.all(
      clusterChecks({ enterprise: open, management: open, cluster: undefined }, { nodes, packRoom }),
    );
    return Object.fromEntries(checks.map((check) => [check.name, check]));
  }

  it('pass on a cluster that is well, each having looked', async () => {
    await renew(0);
    const found = await look();
    expect(Object.values(found).map(({ name, outcome }) => `${name} ${outcome}`)).toEqual([
      'api-ready pass',
      'control-plane-healthy pass',
      'cluster-not-paused pass',
      'certificates pass',
      'node-clocks pass',
      'disruption-budgets pass',
      'address-pools pass',
      'pack-resources pass',
      'webhooks pass',
    ]);
    // The certificate that the API server presents ends before those of the Machines.
    expect(found['certificates']?.detail).toContain('of the API server');
  });

  it('count what nodes have left beside the requests of their pods, for what packs ask of them', async () => {
    const wants = (type: PackRoom['type'], on: PackRoom['on'], amount: number): PackRoom => ({
      pack: 'shop',
      version: '2.0.0',
      type,
      on,
      amount,
    });
    const judged = async (...needs: readonly PackRoom[]) => (await look(true, needs))['pack-resources'];
    // The API server taints a node that is new; its kubelet takes that away.
    await api.merge('/api/v1/nodes/node-cp-1', { spec: { taints: null } });
    // It has not said yet what it has.
    expect(await judged(wants('cpu', 'any', 1))).toMatchObject({ outcome: 'unknown', detail: text('node-cp-1') });
    const allocatable = { cpu: '3500m', memory: '4Gi', 'ephemeral-storage': '20Gi' };
    await api.merge('/api/v1/nodes/node-cp-1/status', { status: { allocatable, capacity: allocatable } });
    await api.create('/api/v1/namespaces/default/pods', {
      metadata: { name: 'busy' },
      spec: {
        nodeName: 'node-cp-1',
        initContainers: [
          { name: 'first', image: 'a:1', resources: { requests: { cpu: '2' } } },
          { name: 'beside', image: 'a:1', restartPolicy: 'Always', resources: { requests: { cpu: '500m' } } },
        ],
        containers: [{ name: 'a', image: 'a:1', resources: { requests: { cpu: '1', memory: '1Gi' } } }],
      },
    });
    try {
      expect(await judged(wants('cpu', 'any', 1), wants('memory', 'any', 3 * 2 ** 30))).toMatchObject({
        outcome: 'pass',
        detail: '1 packs, 1 nodes',
      });
      expect(await judged(wants('cpu', 'any', 0.6), wants('cpu', 'any', 0.6))).toMatchObject({
        outcome: 'block',
        detail: text('shop 2.0.0 needs 1.2 cores of processors more, and 1 nodes'),
        risk: { objects: ['processors for shop 2.0.0'] },
      });
      expect(await judged(wants('diskSize', 'any', 30e9))).toMatchObject({
        outcome: 'block',
        detail: text('of disk more'),
      });
      // No worker is there at all, and it is not said to be one of the control plane.
      expect(await judged(wants('memory', 'worker', 1), wants('memory', 'control-plane', 1))).toMatchObject({
        outcome: 'block',
        items: [{ text: text('0 nodes of the control plane') }],
      });
    } finally {
      await api.delete('/api/v1/namespaces/default/pods/busy', { gracePeriodSeconds: 0 });
    }
  });

  it('warn where what an API server shows is all that is known of a machine', async () => {
    const annotation = (at: string | null) => ({
      metadata: { annotations: { 'machine.cluster.x-k8s.io/certificates-expiry': at } },
    });
    await sample.merge('Machine', 'cp-2', annotation(null));
    const { certificates } = await look();
    expect(certificates).toMatchObject({
      outcome: 'warn',
      items: [{ place: 'Machine cp-2', remedy: text('kubeadm certs check-expiration') }],
    });
    await sample.merge('Machine', 'cp-2', annotation('2099-01-01T00:00:00Z'));
  });

  it('name a budget that never lets a node be drained, with its sum', async () => {
    await api.create(budgets, {
      metadata: { name: 'tight' },
      spec: { minAvailable: 2, selector: { matchLabels: { app: 'x' } } },
    });
    expect((await look())['disruption-budgets']).toMatchObject({
      outcome: 'warn',
      detail: text('was not computed yet'),
    });
    const status = {
      observedGeneration: 1,
      disruptionsAllowed: 0,
      currentHealthy: 2,
      desiredHealthy: 2,
      expectedPods: 2,
    };
    await api.merge(`${budgets}/tight/status`, { status });
    expect((await look())['disruption-budgets']).toMatchObject({
      outcome: 'block',
      detail: text('default/tight never allows an eviction: it needs 2 healthy pods of 2 and has 2 (minAvailable 2)'),
    });
    expect((await look(false))['disruption-budgets']).toMatchObject({ outcome: 'pass' });
    await api.delete(`${budgets}/tight`);
  });

  it('name a webhook that nobody answers, by whether it refuses meanwhile, and pass when somebody does', async () => {
    const webhook = (name: string, service: string, failurePolicy: string) => ({
      name: `${name}.harbor.example.com`,
      failurePolicy,
      sideEffects: 'None',
      admissionReviewVersions: ['v1'],
      clientConfig: {
        service: { namespace: 'default', name: service },
        caBundle: Buffer.from(cluster.ca).toString('base64'),
      },
      rules: [{ apiGroups: ['harbor.example.com'], apiVersions: ['v1'], operations: ['CREATE'], resources: ['tugs'] }],
    });
    await api.create(webhooks, {
      metadata: { name: 'tugs' },
      webhooks: [webhook('polite', 'away', 'Ignore'), webhook('strict', 'there', 'Fail')],
    });
    expect((await look())['webhooks']).toMatchObject({
      outcome: 'block',
      detail: text('default/there (webhook strict'),
    });
    await api.create(slices, {
      metadata: { name: 'there-1', labels: { 'kubernetes.io/service-name': 'there' } },
      addressType: 'IPv4',
      ports: [],
      endpoints: [{ addresses: ['10.1.2.3'], conditions: { ready: true } }],
    });
    expect((await look())['webhooks']).toMatchObject({
      outcome: 'warn',
      detail: text('default/away (webhook polite'),
      items: [{}],
    });
    await api.delete(`${webhooks}/tugs`);
    expect((await look())['webhooks']).toMatchObject({ outcome: 'pass' });
  });

  it('name a pool without an address for each machine that comes before another goes', async () => {
    const group = 'ipam.cluster.x-k8s.io';
    const pool = { apiGroup: group, kind: 'InClusterIPPool', name: 'nodes' };
    const network = { devices: [{ networkName: 'VM Network', addressesFromPools: [pool] }] };
    await sample.merge('VSphereMachineTemplate', 'cp-old', { spec: { template: { spec: { network } } } });
    expect((await look())['address-pools']).toMatchObject({ outcome: 'block', detail: text('nodes is not there') });
    const schema = { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } };
    await api.create('/apis/apiextensions.k8s.io/v1/customresourcedefinitions', {
      metadata: { name: `inclusterippools.${group}` },
      spec: {
        group,
        names: { kind: 'InClusterIPPool', plural: 'inclusterippools' },
        scope: 'Namespaced',
        versions: [{ name: 'v1alpha2', served: true, storage: true, schema }],
      },
    });
    const pools = `/apis/${group}/v1alpha2/namespaces/default/inclusterippools`;
    const made = { apiVersion: `${group}/v1alpha2`, kind: 'InClusterIPPool', metadata: { name: 'nodes' } };
    await vi.waitFor(() => api.create(pools, { ...made, status: { ipAddresses: { total: 3, used: 3 } } }), {
      timeout: 30_000,
      interval: 100,
    });
    objects.discovery.forget();
    const full = (await look())['address-pools'];
    expect(full).toMatchObject({ outcome: 'block', detail: text('has 0 of 3 addresses free; 1 at a time are needed') });
    expect((await look(false))['address-pools']).toMatchObject({ outcome: 'pass' });
    await api.merge(`${pools}/nodes`, { status: { ipAddresses: { total: 4, free: 1 } } });
    expect((await look())['address-pools']).toMatchObject({
      outcome: 'pass',
      detail: 'InClusterIPPool nodes: 1 of 4 addresses free, 1 at a time are needed',
    });
  });

  it('tell of a clock that is wrong, of a pause, and of certificates that end soon', async () => {
    await renew(400_000);
    await sample.merge('Cluster', 'c1', { spec: { paused: true } });
    const soon = new Date(Date.now() + 86_400_000).toISOString();
    await sample.status('Machine', 'cp-1', { certificatesExpiryDate: soon });
    const found = await look();
    expect(found['node-clocks']).toMatchObject({ outcome: 'block', detail: text('Node node-cp-1') });
    expect(found['cluster-not-paused']).toMatchObject({ outcome: 'block', detail: 'Paused: Cluster c1' });
    expect(found['certificates']).toMatchObject({ outcome: 'block', detail: text('Machine cp-1') });
    await sample.merge('Cluster', 'c1', { spec: { paused: false } });
  });

  it('are no all-clear when the API server is away', async () => {
    await cluster.stop();
    const found = await look(true, [{ pack: 'shop', version: '2.0.0', type: 'cpu', on: 'any', amount: 1 }]);
    for (const check of Object.values(found)) expect(check).toMatchObject({ outcome: 'unknown' });
  });
});
