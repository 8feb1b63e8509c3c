import { type AcceptedRisk, covers, stopsConfirm } from '@sealift/core/accepted-risk';
import type { Check } from '@sealift/core/check';
import { Secret } from '@sealift/core/secret';
import { KubernetesClient, objectPath } from '@sealift/kubernetes/client';
import { type Kubernetes, startKubernetes } from '@sealift/testkit/kube-apiserver';
import { peer } from '@sealift/testkit/peers';
import { nothingApplied } from '@sealift/testkit/upgrade/nothing-applied';
import { startVCenter, type VCenter } from '@sealift/testkit/vcenter';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { storageIdentityUnique } from '@sealift/upgrade/preflight/storage-checks';
import { connectSite, type Site } from '../connect-site.ts';

// Machines under load are slow; nothing here waits for this long.
vi.setConfig({ testTimeout: 60_000 });

const peers = [peer('vcenter-simulator'), peer('etcd'), peer('kube-apiserver')] as const;
const [simulator, etcd, apiserver] = peers;
const quiet = {
  helm: () => Promise.resolve(false),
  layers: () => Promise.resolve([]),
  packRoom: () => Promise.resolve([]),
  kubernetes: '1.37.2',
  nodes: true,
  providers: undefined,
  releases: [],
  takenOver: [],
  newNodes: false,
  keepsEtcd: false,
  rehearsal: { legs: [], releases: [], last: () => Promise.resolve(null) },
  nodeVersions: [],
  controlPlaneRollouts: 0,
  workerRollouts: 0,
};
const driver = 'csi.vsphere.vmware.com';
const attachments = objectPath('/apis/storage.k8s.io/v1', 'volumeattachments');

describe.skipIf(peers.some(({ missing }) => missing))(
  `the checks of a vCenter and of a cluster's storage (${simulator.remedy})`,
  () => {
    let vcenter: VCenter;
    let kubernetes: Kubernetes;
    let api: KubernetesClient;
    let cluster: Site;

    beforeAll(async () => {
      [vcenter, kubernetes] = await Promise.all([
        startVCenter(simulator, { folder: 'spectro-templates' }),
        startKubernetes(etcd, apiserver),
      ]);
      api = await KubernetesClient.connect({ kubeconfig: kubernetes.kubeconfig });
      const { url, username, password, caFile } = vcenter;
      cluster = connectSite(
        {
          url,
          username,
          password: new Secret(password),
          caFile,
          places: {},
          networks: ['VM Network'],
          enterprise: { kubeconfig: kubernetes.kubeconfig },
        },
        nothingApplied,
      );
      const config = '[Global]\ncluster-id = "0b3d2a54-3f0e-4d57-9d3b-3d1d5f6c7a11/mgmt"\n';
      await api.create(objectPath('/api/v1', 'secrets', { namespace: 'kube-system' }), {
        metadata: { name: 'vsphere-config-secret' },
        data: { 'csi-vsphere.conf': Buffer.from(config).toString('base64') },
      });
    }, 180_000);
    afterAll(async () => {
      await cluster?.close();
      await Promise.all([vcenter?.stop(), kubernetes?.stop()]);
    });

    const outcomes = async (imageBytes?: number) => {
      const checks = await Promise.all(cluster.checks({ imageBytes: () => Promise.resolve(imageBytes), ...quiet }));
      return Object.fromEntries(checks.map(({ name, outcome, detail }) => [name, { outcome, detail }]));
    };

    const find = async (wanted: string): Promise<Check> => {
      const checks = await Promise.all(cluster.checks({ imageBytes: () => Promise.resolve(undefined), ...quiet }));
      const found = checks.find(({ name }) => name === wanted);
      if (found === undefined) throw new Error(`there is no check ${wanted}`);
      return found;
    };
    /** Makes a volume that is nowhere in vCenter. */
    const lose = (name: string, volumeHandle: string) =>
      api.create(objectPath('/api/v1', 'persistentvolumes'), {
        metadata: { name },
        spec: { capacity: { storage: '1Gi' }, accessModes: ['ReadWriteOnce'], csi: { driver, volumeHandle } },
      });

    it('pass where everything is as it should be', async () => {
      const found = await outcomes(1_000_000);
      expect(Object.keys(found)).toEqual([
        'vcenter',
        'vcenter-privileges',
        'vcenter-room',
        'vcenter-clock',
        'storage-volumes',
        'storage-detach',
      ]);
      expect(Object.entries(found).filter(([, { outcome }]) => outcome !== 'pass')).toEqual([]);
      expect(await storageIdentityUnique(cluster.storage)).toMatchObject({ outcome: 'pass' });
    });

    it('name the privileges that are lacking and the room that is', async () => {
      await vcenter.denyPrivileges(['VApp.Import']);
      const found = await outcomes(Number.MAX_SAFE_INTEGER);
      expect(found['vcenter-privileges']).toMatchObject({
        outcome: 'block',
        detail: expect.stringContaining('VApp.Import'),
      });
      expect(found['vcenter-room']).toMatchObject({ outcome: 'block' });
      await vcenter.denyPrivileges([]);
    });

    it('find a volume that vCenter does not know, and one that is being detached', async () => {
      await lose('pvc-lost', 'a1b2c3');
      await api.create(attachments, {
        metadata: { name: 'goes', finalizers: ['external-attacher/csi-vsphere-vmware-com'] },
        spec: { attacher: driver, nodeName: 'worker-1', source: { persistentVolumeName: 'pvc-lost' } },
      });
      await api.ask({ method: 'DELETE', path: `${attachments}/goes` });
      const found = await outcomes();
      expect(found['storage-volumes']).toMatchObject({ outcome: 'block', detail: expect.stringContaining('pvc-lost') });
      // That is a person's to decide; the volume that is on its way is not.
      expect((await find('storage-detach')).risk).toBeUndefined();
      expect(found['storage-detach']).toMatchObject({
        outcome: 'block',
        detail: 'Being detached: pvc-lost from worker-1',
      });
    });

    it('let volumes that vCenter does not know be accepted by name, and a further one blocks again', async () => {
      const found = await find('storage-volumes');
      expect(found.risk).toMatchObject({
        objects: ['pvc-lost'],
        consequence: expect.stringContaining('does not start again'),
      });
      const said = { by: 'admin', reason: 'nobody uses it', at: '2026-11-29T00:00:00Z', expiresAt: null };
      const accepted: AcceptedRisk = {
        ...said,
        check: found.name,
        outcome: 'block',
        consequence: '',
        objects: ['pvc-lost'],
      };
      expect([stopsConfirm(found), covers(accepted, found)]).toEqual([true, true]);
      await lose('pvc-lost-too', 'd4e5f6');
      const further = await find('storage-volumes');
      expect(further.risk?.objects.toSorted()).toEqual(['pvc-lost', 'pvc-lost-too']);
      expect(covers(accepted, further)).toBe(false);
      await api.ask({ method: 'DELETE', path: `${objectPath('/api/v1', 'persistentvolumes')}/pvc-lost-too` });
      expect(covers(accepted, await find('storage-volumes'))).toBe(true);
    });

    it('are unknown, with the reason and a remedy, when vCenter refuses', async () => {
      await vcenter.expireSessions();
      await vcenter.fault({ method: 'Login', count: 100, fault: { type: 'InvalidLogin' } });
      const checks = await Promise.all(cluster.checks({ imageBytes: () => Promise.resolve(undefined), ...quiet }));
      expect(checks.find(({ name }) => name === 'vcenter')).toMatchObject({
        outcome: 'unknown',
        detail: expect.stringContaining('does not accept this user name'),
        remedy: expect.stringContaining('password'),
      });
      await vcenter.clearFaults();
    });
  },
);
