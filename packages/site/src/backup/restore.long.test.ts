import { Secret } from '@sealift/core/secret';
import type { KubeObject } from '@sealift/kubernetes/object';
import { peer } from '@sealift/testkit/peers';
import { machinesEverMade } from '@sealift/testkit/site/machines-ever-made';
import { KubeApi } from '@sealift/testkit/site/kube-api';
import { sitePeers } from '@sealift/testkit/site/programs';
import { reuseSite } from '@sealift/testkit/site/reuse-site';
import type { Site } from '@sealift/testkit/site/site';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { machinesIn } from '../cluster/machines/inventory.ts';
import { connectSite, type Site as Connected } from '../connect-site.ts';
import { VcenterSession } from '../vcenter/session.ts';
import { loadObjects } from './load-objects.ts';
import { restoreCluster } from './restore-cluster.ts';

vi.setConfig({ testTimeout: 900_000 });

const peers = sitePeers();
const never = new AbortController().signal;
const id = '7a0e2f9c-0000-4000-8000-000000000002';
const folder = '/DC0/vm/enterprise';
const refuse = (): never => {
  throw new Error('not asked');
};

describe.skipIf(peers.missing)(`a real site that lost its Cluster API objects (${peers.remedy})`, () => {
  let site: Site;
  let management: KubeApi;
  let connected: Connected;
  let session: VcenterSession;
  beforeAll(async () => {
    site = await reuseSite();
    management = await KubeApi.fromKubeconfig(site.management.kubeconfig);
    session = new VcenterSession(settings());
    connected = connectSite(settings(), { content: { open: refuse } as never, holder: refuse });
  }, 900_000);
  afterAll(async () => {
    management?.close();
    await connected?.close();
    await session?.close();
    await site?.stop();
  });

  function settings() {
    const { url, username, password, caFile } = site.vcenter;
    return {
      url,
      username,
      password: new Secret(password),
      caFile,
      places: {},
      networks: [],
      enterprise: { kubeconfig: site.workload.kubeconfig },
      management: { kubeconfig: site.management.kubeconfig },
    };
  }
  const vms = async (): Promise<string[]> => {
    const client = await session.client();
    return ((await machinesIn(client, folder, never)) ?? []).map(({ name, uuid }) => `${name} ${uuid}`).toSorted();
  };
  const pathOf = ({ apiVersion, kind, metadata }: KubeObject): string =>
    `${apiVersion === 'v1' ? '/api/v1' : `/apis/${apiVersion}`}/namespaces/${metadata.namespace}/${kind.toLowerCase()}${kind.endsWith('s') ? 'es' : 's'}/${metadata.name}`;

  it('has objects that an API server which is thrown away takes, by the definitions of its providers, and gives back alike', async () => {
    const all = await connected.objects.all(never);
    const records = all.filter((one) => one.record === 'object' || one.record === 'definition');
    const programs = { etcd: peer('etcd').path, kubeApiserver: peer('kube-apiserver').path };
    const started = Date.now();
    const loaded = await loadObjects({ reference: id, records }, programs, { cancel: never });
    console.log(`${loaded} objects loaded in ${Date.now() - started} ms`);
    expect(loaded).toBe(records.filter(({ record }) => record === 'object').length);
    expect(loaded).toBeGreaterThan(20);
  });

  it('gets them back from a backup: no virtual machine is made, none is deleted, and its controllers are content', async () => {
    const records = await connected.objects.all(never);
    const objects = records.flatMap((record) => (record.record === 'object' ? [record] : []));
    const backup = { id, objects };
    expect(records.filter(({ record }) => record === 'template')).toContainEqual(
      expect.objectContaining({ found: true }),
    );
    const before = { vms: await vms(), made: await machinesEverMade(site.logs[0] ?? '') };
    expect(before.vms.length).toBeGreaterThan(4);

    // They vanish as in a lost etcd: no controller hears of a deletion while they are paused.
    await management.merge(`/apis/cluster.x-k8s.io/v1beta2/namespaces/default/clusters/${site.clusterName}`, {
      spec: { paused: true },
    });
    const lost = objects.filter(
      ({ cluster, object }) => cluster === 'management' && object.apiVersion.includes('cluster.x-k8s.io'),
    );
    for (const { object } of lost.toReversed()) {
      const path = pathOf(object);
      await management.merge(path, { metadata: { finalizers: null } });
      await management.delete(path, { propagationPolicy: 'Orphan' });
      await management.merge(path, { metadata: { finalizers: null } });
    }
    const machines = '/apis/cluster.x-k8s.io/v1beta2/namespaces/default/machines';
    expect(await management.list(machines)).toEqual([]);
    expect(await vms()).toEqual(before.vms);

    const { url, username, password, caFile, enterprise, management: kubeconfig } = settings();
    const at = { enterprise, management: kubeconfig, vcenter: { url, username, password, caFile } };
    const tried = await restoreCluster(at, backup, { dryRun: true, cancel: never });
    expect(tried.made.length).toBeGreaterThanOrEqual(lost.length);
    expect(await management.list(machines)).toEqual([]);

    const started = Date.now();
    const restored = await restoreCluster(at, backup, { dryRun: false, cancel: never });
    console.log(`${restored.made.length} objects restored in ${Date.now() - started} ms`);
    expect(restored.clusters).toEqual([
      {
        cluster: `Cluster.cluster.x-k8s.io default/${site.clusterName}`,
        released: true,
        creates: [],
        deletes: [],
        unknown: [],
      },
    ]);
    await site.untilSettled();
    expect(await vms()).toEqual(before.vms);
    expect(await machinesEverMade(site.logs[0] ?? '')).toEqual(before.made);
    // Once more: nothing is left to do.
    expect(await restoreCluster(at, backup, { dryRun: false, cancel: never })).toMatchObject({
      made: [],
      clusters: [],
    });
  });
});
