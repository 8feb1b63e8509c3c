import { KubernetesClient } from '@sealift/kubernetes/client';
import { Objects } from '@sealift/kubernetes/objects';
import { type Kubernetes, startKubernetes } from '@sealift/testkit/kube-apiserver';
import { peer } from '@sealift/testkit/peers';
import { KubeApi } from '@sealift/testkit/site/kube-api';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { managersAway } from './managers-look.ts';

// Machines under load are slow; nothing here waits for this long.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 180_000 });

const peers = [peer('etcd'), peer('kube-apiserver')] as const;
const missing = peers.find((one) => one.missing);
const deployments = '/apis/apps/v1/namespaces/default/deployments';
const never = new AbortController().signal;
const began = '2026-11-29T12:00:00Z';
const soon = new Date('2026-11-29T12:00:20Z');
const late = new Date('2026-11-29T12:05:00Z');

describe.skipIf(missing !== undefined)(`the managers of Cluster API${missing ? ` (${missing.remedy})` : ''}`, () => {
  let cluster: Kubernetes;
  let api: KubeApi;
  let objects: Objects;
  beforeAll(async () => {
    cluster = await startKubernetes(...peers);
    api = await KubeApi.fromKubeconfig(cluster.kubeconfig);
    objects = new Objects(await KubernetesClient.connect({ kubeconfig: cluster.kubeconfig, retryDelaysMs: [] }));
  });
  afterAll(async () => {
    objects?.client.close();
    api?.close();
    await cluster?.stop();
  });

  /** Nobody runs Deployments here: each stays as it is told. */
  const run = async (name: string, labels: object, replicas: number, available: number) => {
    const app = { app: name };
    const template = { metadata: { labels: app }, spec: { containers: [{ name: 'manager', image: 'manager:v1' }] } };
    await api.create(deployments, {
      metadata: { name, labels },
      spec: { replicas, selector: { matchLabels: app }, template },
    });
    const conditions = [{ type: 'Available', status: available > 0 ? 'True' : 'False', lastTransitionTime: began }];
    await api.merge(`${deployments}/${name}/status`, {
      status: {
        observedGeneration: 1,
        replicas,
        updatedReplicas: replicas,
        readyReplicas: available,
        availableReplicas: available,
        conditions,
      },
    });
  };

  it('are named where none of their pods is available: in a move for a minute, then as what blocks', async () => {
    const labels = { 'cluster.x-k8s.io/provider': 'cluster-api' };
    await run('capi-controller-manager', labels, 1, 0);
    await run('one-of-two', { 'cluster.x-k8s.io/provider': 'bootstrap-kubeadm' }, 2, 1);
    await run('elsewhere', { 'cluster.x-k8s.io/provider': 'ipam' }, 0, 0);
    await run('an-application', {}, 1, 0);
    const wait = {
      what: expect.stringContaining('default/capi-controller-manager is available, so Cluster API does not act'),
      since: '2026-11-29T12:00:00.000Z',
      object: { kind: 'Deployment', name: 'default/capi-controller-manager' },
      remedy: expect.stringContaining('goes on by itself'),
    };
    expect(await managersAway(objects, soon, never)).toEqual([expect.objectContaining({ ...wait, level: 'moving' })]);
    expect(await managersAway(objects, late, never)).toEqual([expect.objectContaining({ ...wait, level: 'blocked' })]);
  });

  it('fail no rollout where they cannot be looked at', async () => {
    await cluster.stop();
    expect(await managersAway(objects, soon, never)).toEqual([]);
  });
});
