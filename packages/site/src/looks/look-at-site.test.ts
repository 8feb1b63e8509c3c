import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { Secret } from '@sealift/core/secret';
import { defineClusterApi } from '@sealift/testkit/cluster-api-definitions';
import { type Kubernetes, startKubernetes } from '@sealift/testkit/kube-apiserver';
import { peer } from '@sealift/testkit/peers';
import { SampleCluster } from '@sealift/testkit/sample-cluster';
import { KubeApi } from '@sealift/testkit/site/kube-api';
import { startVCenter, type VCenter } from '@sealift/testkit/vcenter';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { missingPeer } from '../cluster/testing/bench.ts';
import { makeSettled } from '../cluster/testing/settled.ts';
import { connectSite } from '../connect-site.ts';
import { ClusterAccess } from '../cluster/cluster-access.ts';
import { issueKubeconfig } from '../cluster/access/issue-kubeconfig.ts';
import { nothingApplied } from '@sealift/testkit/upgrade/nothing-applied';
import { eventsContract } from '@sealift/upgrade/ports/contract/events';
import type { SiteSettings } from '../settings.ts';
import { choosePlaces } from './choose-places.ts';
import { lookAtSite } from './look-at-site.ts';

// Machines under load are slow; nothing here waits for this long.
vi.setConfig({ testTimeout: 60_000 });

describe.skipIf(missingPeer !== undefined)(`a look at a site${missingPeer ? ` (${missingPeer.remedy})` : ''}`, () => {
  let kubernetes: Kubernetes;
  let vcenter: VCenter;
  let api: KubeApi;
  let text: Secret;
  beforeAll(async () => {
    [kubernetes, vcenter] = await Promise.all([
      startKubernetes(peer('etcd'), peer('kube-apiserver')),
      startVCenter(peer('vcenter-simulator'), { datacenters: 1, pools: 1, folder: 'spectro-templates' }),
    ]);
    api = await KubeApi.fromKubeconfig(kubernetes.kubeconfig);
    await defineClusterApi(api, peer('cluster-api-core'), 'v1beta2');
    await api.create('/api/v1/namespaces', { metadata: { name: 'mgmt' } });
    await makeSettled(new SampleCluster(api, 'v1beta2', 'mgmt'));
    await api.create('/api/v1/nodes', { metadata: { name: 'node-cp-1' } });
    text = new Secret(readFileSync(kubernetes.kubeconfig, 'utf8'));
  }, 180_000);
  afterAll(async () => {
    api?.close();
    await Promise.all([kubernetes?.stop(), vcenter?.stop()]);
  });

  const settings = (more: Partial<SiteSettings> = {}): SiteSettings => ({
    url: vcenter.url,
    username: vcenter.username,
    password: new Secret(vcenter.password),
    ca: readFileSync(vcenter.caFile, 'utf8'),
    places: { datacenter: 'DC0', cluster: 'DC0_C0', datastore: 'LocalDS_0' },
    networks: ['VM Network'],
    enterprise: { text },
    ...more,
  });
  const failed = async (more: Partial<SiteSettings>) =>
    (await lookAtSite(settings(more))).filter(({ outcome }) => outcome === 'block');
  const sessions = async (): Promise<number> => {
    const calls = (await vcenter.calls()).map(({ method }) => method);
    return calls.filter((method) => method === 'Login').length - calls.filter((method) => method === 'Logout').length;
  };

  it('finds everything, and leaves no session behind', async () => {
    const before = await sessions();
    const checks = await lookAtSite(settings());
    expect(checks.map(({ name, outcome }) => `${name} ${outcome}`)).toEqual([
      'vcenter pass',
      'places pass',
      'enterprise-cluster pass',
      'cluster-api pass',
      'same-cluster pass',
    ]);
    expect(checks[1]?.detail).toContain('/DC0/vm/spectro-templates');
    expect(checks[3]?.detail).toContain('mgmt/c1');
    expect((await sessions()) - before).toBe(0);
  });

  it.each<[string, (vcenter: VCenter) => Partial<SiteSettings>, string, string]>([
    ['nobody listens', () => ({ url: 'https://127.0.0.1:1' }), 'vcenter.url', 'VSPHERE_UNREACHABLE'],
    ['its certificate is of nobody', () => ({ ca: undefined }), 'vcenter.ca', 'VSPHERE_CERTIFICATE_UNTRUSTED'],
    [
      'another certificate is pinned',
      () => ({ ca: undefined, thumbprint: Array.from({ length: 32 }, () => 'AA').join(':') }),
      'vcenter.thumbprint',
      'VSPHERE_THUMBPRINT_MISMATCH',
    ],
    [
      'the pin is none',
      () => ({ ca: undefined, thumbprint: 'xyz' }),
      'vcenter.thumbprint',
      'VSPHERE_THUMBPRINT_INVALID',
    ],
    ['the password is wrong', () => ({ password: new Secret('no') }), 'vcenter.password', 'VSPHERE_LOGIN_REFUSED'],
    ['a datacenter is unknown', () => ({ places: { datacenter: 'x' } }), 'places.datacenter', 'VSPHERE_PLACE_UNKNOWN'],
    ['a cluster is unknown', () => ({ places: { cluster: 'x' } }), 'places.cluster', 'VSPHERE_PLACE_UNKNOWN'],
    ['a pool is unknown', () => ({ places: { resourcePool: 'x' } }), 'places.resourcePool', 'VSPHERE_PLACE_UNKNOWN'],
    ['a datastore is unknown', () => ({ places: { datastore: 'x' } }), 'places.datastore', 'VSPHERE_PLACE_UNKNOWN'],
    ['a folder leads elsewhere', () => ({ places: { folder: '/DC0/host' } }), 'places.folder', 'VSPHERE_PLACE_UNKNOWN'],
    ['a network is unknown', () => ({ networks: ['x'] }), 'places.network', 'VSPHERE_PLACE_UNKNOWN'],
  ])('of vCenter names the field where %s', async (_what, change, field, code) => {
    const before = await sessions();
    const [only, ...others] = await failed(change(vcenter));
    expect(others).toEqual([]);
    expect(only).toMatchObject({ field, code, detail: expect.stringMatching(/\w/) as string });
    expect(only?.remedy).not.toContain('--');
    // A login that was refused is no session.
    expect((await sessions()) - before).toBe(code === 'VSPHERE_LOGIN_REFUSED' ? 1 : 0);
  });

  const changed = (change: (config: string) => string): Secret => new Secret(change(text.reveal()));
  it.each<[string, (config: string) => string, string]>([
    ['is no kubeconfig', () => 'x: 1', 'KUBERNETES_CONFIG_INVALID'],
    ['leads to nobody', (config) => config.replace(/127\.0\.0\.1:\d+/, '127.0.0.1:1'), 'KUBERNETES_UNREACHABLE'],
    [
      'has a token of another cluster',
      (config) => config.replaceAll(kubernetes.token, 'x'),
      'KUBERNETES_LOGIN_REFUSED',
    ],
  ])('of the cluster names the kubeconfig that %s, and not the vCenter', async (_what, change, code) => {
    const found = await failed({ enterprise: { text: changed(change) } });
    expect(found.map((one) => `${one.name} ${one.field} ${one.code}`)).toEqual([
      `enterprise-cluster enterprise ${code}`,
      `cluster-api enterprise ${code}`,
    ]);
    expect(JSON.stringify(found)).not.toContain(kubernetes.token);
  });

  it('names a Cluster that Cluster API does not know, and one of which the nodes are elsewhere', async () => {
    expect(await failed({ cluster: { namespace: 'mgmt', name: 'none' } })).toMatchObject([
      { field: 'clusterName', code: 'CLUSTER_NOT_CHOSEN' },
    ]);
    await api.delete('/api/v1/nodes/node-cp-1');
    expect(await failed({ management: { text } })).toMatchObject([
      { name: 'same-cluster', field: 'management', code: 'SITE_CLUSTERS_APART' },
    ]);
    await api.create('/api/v1/nodes', { metadata: { name: 'node-cp-1' } });
  });

  it('ends at a vCenter that takes the connection and never answers', async () => {
    const deaf: Server = createServer(() => undefined);
    await new Promise<void>((listening) => deaf.listen(0, '127.0.0.1', listening));
    const at = deaf.address();
    const port = typeof at === 'object' ? at?.port : 0;
    const begun = performance.now();
    const [only] = await failed({ url: `https://127.0.0.1:${port}` });
    expect(performance.now() - begun).toBeLessThan(45_000);
    expect(['SITE_LOOK_TIMEOUT', 'VSPHERE_UNREACHABLE']).toContain(only?.code);
    deaf.close();
  });

  it('lists what there is to choose, as it is to be named', async () => {
    const before = await sessions();
    const { url, username, password, ca } = settings();
    const { datacenters } = await choosePlaces({ url, username, password, ca });
    expect(datacenters).toMatchObject([
      {
        name: 'DC0',
        folders: expect.arrayContaining(['/DC0/vm/spectro-templates']) as string[],
        clusters: expect.arrayContaining([
          expect.objectContaining({
            name: 'DC0_C0',
            datastores: ['LocalDS_0'],
            networks: expect.arrayContaining(['VM Network']) as string[],
          }),
        ]) as object[],
      },
    ]);
    const [cluster] = datacenters[0]?.clusters.filter(({ name }) => name === 'DC0_C0') ?? [];
    for (const pool of cluster?.resourcePools ?? [])
      expect(await failed({ places: { ...settings().places, resourcePool: pool } })).toEqual([]);
    expect(cluster?.networks.some((name) => /Uplinks/.test(name))).toBe(false);
    expect((await sessions()) - before).toBe(0);
  });

  it('is followed by kubeconfigs that end, of an account that can be taken away', async () => {
    const access = new ClusterAccess({ text });
    const objects = await access.objects();
    const issued = await issueKubeconfig({ objects, choice: { text } }, 1, AbortSignal.timeout(20_000));
    expect(issued.server).toBe(kubernetes.url);
    expect(issued.text.reveal()).not.toContain(kubernetes.token);
    expect(issued.expiresAt.getTime() - Date.now()).toBeGreaterThan(50 * 60_000);
    const held = new ClusterAccess({ text: issued.text });
    const nodes = await (await held.objects()).list({ apiVersion: 'v1', kind: 'Node' });
    expect(nodes.map(({ metadata }) => metadata.name)).toEqual(['node-cp-1']);
    // A second one changes nothing of the account.
    await issueKubeconfig({ objects, choice: { text } }, 1, AbortSignal.timeout(20_000));
    await objects.delete({
      apiVersion: 'v1',
      kind: 'ServiceAccount',
      namespace: 'kube-system',
      name: 'sealift-console-access',
    });
    const read = async (): Promise<unknown> =>
      await (await held.objects()).list({ apiVersion: 'v1', kind: 'Node' }).then(
        () => undefined,
        (error: unknown) => error,
      );
    await expect.poll(read, { timeout: 30_000 }).toMatchObject({ code: 'KUBERNETES_LOGIN_REFUSED' });
    await Promise.all([held.close(), access.close()]);
  });

  eventsContract('a real cluster', async () => {
    const site = connectSite(settings(), nothingApplied);
    return { port: site.events, close: () => site.close() };
  });
});
