// Longer than most: every point at which a repair can be cut, against one vCenter and one API server that take seconds to start.
import { request } from 'node:https';
import { Secret } from '@sealift/core/secret';
import { KubernetesClient, objectPath } from '@sealift/kubernetes/client';
import { readConfigMap, readSecret } from '@sealift/kubernetes/config-objects';
import { readWorkload, type WorkloadName } from '@sealift/kubernetes/workloads';
import { type Kubernetes, startKubernetes } from '@sealift/testkit/kube-apiserver';
import { peer } from '@sealift/testkit/peers';
import { nothingApplied } from '@sealift/testkit/upgrade/nothing-applied';
import { startVCenter, type VCenter } from '@sealift/testkit/vcenter';
import { VcenterClient } from '@sealift/vsphere/client';
import { connectSite } from '@sealift/site/connect-site';
import { checkIdentity, repairIdentity } from '@sealift/site/identity';
import { storageContract } from '@sealift/upgrade/ports/contract/storage';
import type { StorageCluster } from '@sealift/site/storage-cluster';
import type { CnsSides } from '@sealift/site/identity-sides';
import {
  type CnsVolume,
  cnsService,
  queryVolumes,
  queryVolumesById,
  volumeManager,
} from '@sealift/vsphere/cns-volumes';
import { element } from '@sealift/vsphere/encode';
import { runTask } from '@sealift/vsphere/task';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { testContext } from '../../testing/test-context.ts';
import { storageCluster } from '@sealift/site/kubernetes-cluster';
import { runCheck } from './cns-check.ts';
import { runRepair } from './cns-repair.ts';

const peers = [peer('vcenter-simulator'), peer('etcd'), peer('kube-apiserver')] as const;
const [simulator, etcd, apiserver] = peers;

const cloudConfigAt = { namespace: 'kube-system', name: 'vsphere-cloud-config' };
const secretAt = { namespace: 'kube-system', name: 'vsphere-config-secret' };
const recordAt = { namespace: 'kube-system', name: 'sealift-storage-identity' };
const workloads: readonly WorkloadName[] = [
  { kind: 'Deployment', namespace: 'kube-system', name: 'vsphere-csi-controller' },
  { kind: 'DaemonSet', namespace: 'kube-system', name: 'vsphere-csi-node' },
];
const cloudConfigOf = (id: string): string =>
  `; made by hand\n[Global]\ncluster-id = ${id} ; the default\nuser = "a\\"b"\n\n[VirtualCenter "10.0.0.1"]\nport = 443\n`;
const secretOf = (id: string): string =>
  `[Global]\ncluster-id = "${id}"\n[VirtualCenter "10.0.0.1"]\npassword = "do not show"\n`;

describe.skipIf(peers.some(({ missing }) => missing))(
  `the storage identity of a cluster, by a vCenter simulator and a real API server (${simulator.remedy})`,
  { timeout: 60_000 },
  () => {
    let vcenter: VCenter;
    let kubernetes: Kubernetes;
    let api: KubernetesClient;
    let client: VcenterClient;
    let sides: CnsSides;
    let controllers: { stop(): Promise<void> };
    /** Whether nothing is rolled out at the moment. */
    let isHeld = false;

    beforeAll(async () => {
      [vcenter, kubernetes] = await Promise.all([startVCenter(simulator), startKubernetes(etcd, apiserver)]);
      api = await KubernetesClient.connect({ kubeconfig: kubernetes.kubeconfig });
      const { url, username, caFile } = vcenter;
      client = await VcenterClient.connect({ url, username, password: new Secret(vcenter.password), caFile });
      sides = { cluster: storageCluster(api), vcenter: client, service: await cnsService(client) };
      // Every listing takes more than one page.
      await vcenter.limitPage(2);
      for (const at of workloads) await makeWorkload(at);
      controllers = playControllers();
    }, 180_000);
    afterAll(async () => {
      await controllers?.stop();
      await client?.close();
      await Promise.all([vcenter?.stop(), kubernetes?.stop()]);
    });

    /** The id that this cluster and another one got at their installation; each test has its own. */
    let shared: string;
    /** Volumes of this cluster, and of the other one. */
    let own: readonly string[];
    let foreign: readonly string[];
    let made = 0;
    beforeEach(async () => {
      shared = `spectro-mgmt${made}/spectro-mgmt-cluster`;
      own = [];
      foreign = [];
      const configMaps = objectPath('/api/v1', 'configmaps', { namespace: 'kube-system' });
      await api.create(configMaps, {
        metadata: { name: cloudConfigAt.name },
        data: { 'vsphere.conf': cloudConfigOf(shared) },
      });
      const data = { 'csi-vsphere.conf': Buffer.from(secretOf(shared)).toString('base64') };
      const secrets = objectPath('/api/v1', 'secrets', { namespace: 'kube-system' });
      await api.create(secrets, { metadata: { name: secretAt.name }, data });
      for (let at = 0; at < 3; at += 1) {
        const name = `pvc-own-${(made += 1)}`;
        const id = await vcenter.createVolume({ name, clusterId: shared, claim: `data-${at}`, namespace: 'hubble' });
        own = [...own, id];
        await api.create(objectPath('/api/v1', 'persistentvolumes'), persistentVolume(name, id));
        const other = `pvc-other-${made}`;
        foreign = [
          ...foreign,
          await vcenter.createVolume({ name: other, clusterId: shared, claim: 'x', namespace: 'y' }),
        ];
      }
    });
    afterEach(async () => {
      await vcenter.clearFaults();
      const { items } = (await api.read(objectPath('/api/v1', 'persistentvolumes'))) as Named;
      for (const { metadata } of items) await remove(objectPath('/api/v1', 'persistentvolumes', metadata));
      for (const at of [cloudConfigAt, recordAt, { namespace: 'kube-system', name: 'vsphere-csi-cluster-id' }]) {
        await remove(objectPath('/api/v1', 'configmaps', at));
      }
      await remove(objectPath('/api/v1', 'secrets', secretAt));
      const annotations = { 'sealift.dev/cns-cluster-id': null };
      for (const at of workloads) await api.patch(pathOf(at), { spec: { template: { metadata: { annotations } } } });
    });

    storageContract('a site by its vCenter and its API server', async () => {
      const { url, username, password, thumbprint } = vcenter;
      const login = { url, username, password: new Secret(password), thumbprint };
      const { kubeconfig } = kubernetes;
      const site = connectSite({ ...login, places: {}, networks: [], enterprise: { kubeconfig } }, nothingApplied);
      return { port: site.storage, close: () => site.close() };
    });

    it('is found to be shared, with the volumes that are strangers', async () => {
      const { context, written } = run();
      await runCheck(flags(), context);
      expect(context.exitCode).toBe(2);
      expect(written.out.join('\n')).toContain(`the cluster-id ${shared} is shared`);
      for (const id of foreign) expect(written.out.join('\n')).toContain(`stranger: volume ${id}`);
      for (const id of own) expect(written.out.join('\n')).not.toContain(id);
    });

    it('is only looked at when nobody says --apply', async () => {
      const before = await everything();
      await updates();
      const { context, written } = run();
      await runRepair(flags(), context);
      expect(written.out.join('\n')).toContain(`move volume ${own[0]}`);
      expect(await everything()).toEqual(before);
      expect(await updates()).toBe(0);
    });

    it('is repaired for this cluster alone; a second run changes nothing', async () => {
      const others = await volumes(foreign);
      const before = await volumes(own);
      const done = run();
      await runRepair({ ...flags(), apply: true }, done.context);
      expect(done.written.out.join('\n')).not.toContain('do not show');

      const target = await expectRepaired();
      expect(await volumes(foreign)).toEqual(others);
      for (const [at, volume] of (await volumes(own)).entries()) {
        const labels = volume.entities.map(({ source }) => source.children.filter(({ name }) => name === 'labels'));
        const former = before[at]?.entities.map(({ source }) =>
          source.children.filter(({ name }) => name === 'labels'),
        );
        expect(labels).toEqual(former);
        expect(volume.entities.map(({ type, clusterId }) => [type, clusterId])).toEqual([
          ['PERSISTENT_VOLUME', target],
          ['PERSISTENT_VOLUME_CLAIM', target],
        ]);
      }

      const after = await everything();
      await updates();
      const again = run();
      await runRepair({ ...flags(), apply: true, json: true }, again.context);
      expect(JSON.parse(again.written.out[0] ?? '')).toMatchObject({ verdict: 'unique', changed: false, steps: [] });
      expect(await everything()).toEqual(after);
      expect(await updates()).toBe(0);
    });

    // Five effects in the cluster: the record, two configurations, two restarts. Before one of them is after the one before it.
    it.each([[0, 'before'] as const, ...[0, 1, 2, 3, 4].map((effect) => [effect, 'after'] as const)])(
      'comes to the same end when it is killed at effect %i on the cluster, %s it',
      async (effect, when) => {
        const others = await volumes(foreign);
        const cut = { ...sides, cluster: killed(sides.cluster, effect, when) };
        await expect(repairIdentity(cut)).rejects.toThrow('killed');
        const chosen = (await readConfigMap(api, recordAt))?.data.get('cluster-id');
        await repairIdentity(sides);
        expect(await expectRepaired()).toBe(chosen ?? (await readConfigMap(api, recordAt))?.data.get('cluster-id'));
        expect(await volumes(foreign)).toEqual(others);
      },
    );

    it.each([[0, 'cut'] as const, ...[0, 1, 2].map((volume) => [volume, 'dropAnswer'] as const)])(
      'comes to the same end when the line breaks at volume %i (%s)',
      async (skip, kind) => {
        const others = await volumes(foreign);
        await vcenter.fault({ method: 'CnsUpdateVolumeMetadata', skip, [kind]: true });
        await expect(repairIdentity(sides)).rejects.toMatchObject({ code: 'VSPHERE_UNREACHABLE' });
        const chosen = (await readConfigMap(api, recordAt))?.data.get('cluster-id');
        await repairIdentity(sides);
        expect(await expectRepaired()).toBe(chosen);
        expect(await volumes(foreign)).toEqual(others);
      },
    );

    it('goes on in a new session when vCenter ends the old one', async () => {
      await vcenter.fault({ method: 'CnsUpdateVolumeMetadata', skip: 1, expireSessions: true });
      await repairIdentity(sides);
      await expectRepaired();
    });

    it('says which privilege is missing', async () => {
      const fault = { type: 'NoPermission', fields: { privilegeId: 'Cns.Searchable' } };
      await vcenter.fault({ method: 'CnsUpdateVolumeMetadata', fault });
      await expect(repairIdentity(sides)).rejects.toMatchObject({ code: 'VSPHERE_PERMISSION_DENIED' });
      await repairIdentity(sides);
      await expectRepaired();
    });

    it('stops at a volume that vCenter does not change, and goes on with it', async () => {
      const taskFault = { type: 'CnsFault', fields: { reason: 'storage policy' } };
      await vcenter.fault({ method: 'CnsUpdateVolumeMetadata', skip: 1, taskFault });
      await expect(repairIdentity(sides)).rejects.toMatchObject({ code: 'VSPHERE_FAULT' });
      expect((await checkIdentity(sides)).plan.steps.map(({ kind }) => kind)).toEqual(['volume', 'volume']);
      await repairIdentity(sides);
      await expectRepaired();
    });

    it('is repaired without a volume that the other cluster gives up meanwhile', async () => {
      const given = own[1] ?? '';
      const annotatePods: StorageCluster['annotatePods'] = async (...args) => {
        await sides.cluster.annotatePods(...args);
        if (args[0].kind === 'DaemonSet') await giveUp(given);
      };
      const racing = { ...sides, cluster: { ...sides.cluster, annotatePods } };
      await expect(repairIdentity(racing)).rejects.toMatchObject({ code: 'CNS_VOLUME_REFUSED' });
      const report = await repairIdentity(sides);
      expect(report.unknownToVcenter.map(({ volumeHandle }) => volumeHandle)).toEqual([given]);
      own = own.filter((id) => id !== given);
      await expectRepaired();
    });

    it('is not touched where the driver has generated another id, which cannot be changed', async () => {
      const generated = { namespace: 'kube-system', name: 'vsphere-csi-cluster-id' };
      await api.create(objectPath('/api/v1', 'configmaps', { namespace: 'kube-system' }), {
        metadata: { name: generated.name },
        immutable: true,
        data: { clusterID: '7c1d2f00-0000-4000-8000-000000000001' },
      });
      const before = await everything();
      await expect(repairIdentity(sides)).rejects.toMatchObject({ code: 'CNS_ID_IMMUTABLE' });
      expect(await everything()).toEqual(before);
      expect(await readConfigMap(api, recordAt)).toBeUndefined();
    });

    it('is the same id again when a pack puts the former configuration back', async () => {
      const { plan } = await repairIdentity(sides);
      const data = { 'csi-vsphere.conf': Buffer.from(secretOf(shared)).toString('base64') };
      await api.patch(objectPath('/api/v1', 'secrets', secretAt), { data });
      expect((await checkIdentity(sides)).verdict).toBe('unfinished');
      expect((await repairIdentity(sides)).plan.target).toBe(plan.target);
    });

    it('moves no volume before the driver’s controller was replaced, and not merely told to be', async () => {
      await updates();
      isHeld = true;
      const events: unknown[] = [];
      const cluster: StorageCluster = {
        ...sides.cluster,
        annotatePods: async (at, ...rest) => {
          events.push(['told', at.name, await updates()]);
          await sides.cluster.annotatePods(at, ...rest);
        },
        waitForWorkload: async (at, ...rest) => {
          events.push(['replaced', (await readWorkload(api, at))?.settled, await updates()]);
          isHeld = false;
          await sides.cluster.waitForWorkload(at, ...rest);
          events.push(['replaced', (await readWorkload(api, at))?.settled, await updates()]);
        },
      };
      await repairIdentity({ ...sides, cluster });
      expect(events).toEqual([
        ['told', 'vsphere-csi-controller', 0],
        ['replaced', false, 0],
        ['replaced', true, 0],
        ['told', 'vsphere-csi-node', 0],
      ]);
      expect(await updates()).toBe(own.length);
    });

    it('is found to be shared whatever its form, and gets another; the cloud provider’s YAML is left as it is', async () => {
      const yaml = 'global:\n  user: x\nvcenter:\n  a:\n    server: 10.0.0.1\n    datacenters: [DC0]\n';
      await api.patch(objectPath('/api/v1', 'configmaps', cloudConfigAt), { data: { 'vsphere.conf': yaml } });
      const { plan } = await repairIdentity(sides);
      await vcenter.createVolume({
        name: `pvc-copy-${(made += 1)}`,
        clusterId: plan.target ?? '',
        claim: 'x',
        namespace: 'y',
      });
      const { context, written } = run();
      await runCheck(flags(), context);
      expect(context.exitCode).toBe(2);
      expect(written.out.join('\n')).toContain(`the cluster-id ${plan.target} is shared`);
      const again = await repairIdentity(sides);
      expect(again).toMatchObject({ verdict: 'unique', strangers: [], plan: { previous: [shared, plan.target] } });
      expect(again.plan.target).not.toBe(plan.target);
      const moved = await queryVolumes(client, sides.service, { clusterId: again.clusterId ?? '' });
      expect(moved.map(({ id }) => id).toSorted()).toEqual(own.toSorted());
      expect((await readConfigMap(api, cloudConfigAt))?.data.get('vsphere.conf')).toBe(yaml);
    });

    it('takes no volume for a stranger’s that is made while both sides are listed', async () => {
      const { plan } = await repairIdentity(sides);
      const name = `pvc-late-${(made += 1)}`;
      const id = await vcenter.createVolume({ name, clusterId: plan.target ?? '', claim: 'late', namespace: 'hubble' });
      let listings = 0;
      const listPersistentVolumes: StorageCluster['listPersistentVolumes'] = async (...args) => {
        const before = await sides.cluster.listPersistentVolumes(...args);
        if ((listings += 1) === 1)
          await api.create(objectPath('/api/v1', 'persistentvolumes'), persistentVolume(name, id));
        return before;
      };
      const report = await checkIdentity({ ...sides, cluster: { ...sides.cluster, listPersistentVolumes } });
      expect(report).toMatchObject({ verdict: 'unique', strangers: [] });
    });

    it('names volumes that only one side knows', async () => {
      const lost = '00000000-0000-4000-8000-000000000000';
      await api.create(objectPath('/api/v1', 'persistentvolumes'), persistentVolume('pvc-lost', lost));
      const report = await repairIdentity(sides);
      expect(report.unknownToVcenter).toEqual([{ name: 'pvc-lost', volumeHandle: lost }]);
      expect(report.verdict).toBe('unique');
    });

    /** As the full sync of a driver does with a volume that no PersistentVolume of its cluster names; the disk stays. */
    async function giveUp(id: string): Promise<void> {
      const args = [element('volumeIds', [element('id', id)]), element('deleteDisk', false)];
      await runTask(client, { method: 'CnsDeleteVolume', on: volumeManager, args, service: sides.service });
    }

    function run(): ReturnType<typeof testContext> {
      const { url, username, password } = vcenter;
      const env = { SEALIFT_VCENTER: url, SEALIFT_VCENTER_USERNAME: username, SEALIFT_VCENTER_PASSWORD: password };
      return testContext({ env });
    }

    function flags(): { readonly kubeconfig: string; readonly caFile: string } {
      return { kubeconfig: kubernetes.kubeconfig, caFile: vcenter.caFile };
    }

    async function expectRepaired(): Promise<string> {
      const target = (await readConfigMap(api, recordAt))?.data.get('cluster-id') ?? '';
      expect(target).toMatch(/^[\da-f]{8}-[\da-f-]{27}\/spectro-mgmt-cluster$/);
      const config = (await readConfigMap(api, cloudConfigAt))?.data.get('vsphere.conf');
      expect(config).toBe(cloudConfigOf(`"${target}"`));
      const secret = (await readSecret(api, secretAt))?.data.get('csi-vsphere.conf');
      expect(secret).toBe(secretOf(target));
      for (const at of workloads) {
        expect((await readWorkload(api, at))?.annotations.get('sealift.dev/cns-cluster-id')).toBe(target);
      }
      const moved = await queryVolumes(client, sides.service, { clusterId: target });
      expect(moved.map(({ id }) => id).toSorted()).toEqual(own.toSorted());
      for (const { clusterIds } of moved) expect(clusterIds).toEqual([target]);
      return target;
    }

    async function volumes(ids: readonly string[]): Promise<readonly CnsVolume[]> {
      const found = await queryVolumesById(client, sides.service, ids);
      expect(found).toHaveLength(ids.length);
      return found.toSorted((one, other) => one.id.localeCompare(other.id));
    }

    async function everything(): Promise<unknown> {
      return [
        await readConfigMap(api, cloudConfigAt),
        await readConfigMap(api, recordAt),
        await readSecret(api, secretAt),
        // Whether their pods are settled is the cluster's own doing, and goes on by itself.
        (await Promise.all(workloads.map((at) => readWorkload(api, at)))).map((found) => found?.annotations),
        await volumes([...own, ...foreign]),
      ];
    }

    /** Calls that change volumes, since it was asked last. */
    let counted = 0;
    async function updates(): Promise<number> {
      const all = (await vcenter.calls()).filter(({ method }) => method === 'CnsUpdateVolumeMetadata').length;
      const since = all - counted;
      counted = all;
      return since;
    }

    async function makeWorkload(at: WorkloadName): Promise<void> {
      const labels = { app: at.name };
      const template = { metadata: { labels }, spec: { containers: [{ name: 'x', image: 'x:1' }] } };
      const { kind, namespace, name } = at;
      const resource = kind === 'Deployment' ? 'deployments' : 'daemonsets';
      const spec = { selector: { matchLabels: labels }, template };
      await api.create(objectPath('/apis/apps/v1', resource, { namespace }), { metadata: { name }, spec });
    }

    /** There is no kube-controller-manager: this says of every new generation that it has been rolled out. */
    function playControllers(): { stop(): Promise<void> } {
      const cancel = new AbortController();
      const work = (async () => {
        while (!cancel.signal.aborted) {
          for (const at of workloads) {
            if (isHeld) continue;
            const { metadata, status } = (await api.read(pathOf(at))) as Rollout;
            if (status.observedGeneration === metadata.generation) continue;
            const pods = { replicas: 1, updatedReplicas: 1, readyReplicas: 1, availableReplicas: 1 };
            const nodes = { currentNumberScheduled: 1, desiredNumberScheduled: 1, numberMisscheduled: 0 };
            const counts =
              at.kind === 'Deployment'
                ? pods
                : { ...nodes, numberReady: 1, updatedNumberScheduled: 1, numberAvailable: 1 };
            await api.patch(`${pathOf(at)}/status`, { status: { observedGeneration: metadata.generation, ...counts } });
          }
          await new Promise((again) => setTimeout(again, 150));
        }
      })();
      return {
        stop: () => {
          cancel.abort();
          return work;
        },
      };
    }

    function remove(path: string): Promise<void> {
      return new Promise((done, fail) => {
        const headers = { authorization: `Bearer ${kubernetes.token}` };
        const asked = request(`${kubernetes.url}${path}`, { method: 'DELETE', ca: kubernetes.ca, headers });
        asked.once('response', (answer) => answer.resume().once('end', done));
        asked.once('error', fail);
        asked.end();
      });
    }
  },
);

interface Named {
  readonly items: readonly { readonly metadata: { readonly name: string } }[];
}

interface Rollout {
  readonly metadata: { readonly generation: number };
  readonly status: { readonly observedGeneration?: number };
}

function pathOf({ kind, namespace, name }: WorkloadName): string {
  return objectPath('/apis/apps/v1', kind === 'Deployment' ? 'deployments' : 'daemonsets', { namespace, name });
}

function persistentVolume(name: string, volumeHandle: string): unknown {
  return {
    metadata: { name },
    spec: {
      capacity: { storage: '16Mi' },
      accessModes: ['ReadWriteOnce'],
      csi: { driver: 'csi.vsphere.vmware.com', volumeHandle },
    },
  };
}

/** The cluster for a process that dies at its n-th effect on it. */
function killed(cluster: StorageCluster, effect: number, when: 'before' | 'after'): StorageCluster {
  let count = 0;
  const mortal = async <Result>(act: () => Promise<Result>): Promise<Result> => {
    const isLast = count === effect;
    count += 1;
    if (isLast && when === 'before') throw new Error('killed');
    const result = await act();
    if (isLast) throw new Error('killed');
    return result;
  };
  return {
    ...cluster,
    createConfigMap: (...given) => mortal(() => cluster.createConfigMap(...given)),
    setConfigMapKey: (...given) => mortal(() => cluster.setConfigMapKey(...given)),
    setSecretKey: (...given) => mortal(() => cluster.setSecretKey(...given)),
    annotatePods: (...given) => mortal(() => cluster.annotatePods(...given)),
  };
}
