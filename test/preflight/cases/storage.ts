import { Secret } from '@sealift/core/secret';
import type { KubeObject } from '@sealift/testkit/site/kube-api';
import { VcenterClient } from '@sealift/vsphere/client';
import { moveVolume } from '@sealift/vsphere/cns-move';
import { cnsService, queryVolumesById } from '@sealift/vsphere/cns-volumes';
import type { FaultCase } from '../fault-case.ts';
import { commandIn } from '../printed-command.ts';
import type { PreflightSite } from '../site/preflight-site.ts';
import { ownId } from '../site/sample-site.ts';

const volumes = '/api/v1/persistentvolumes';
const attachments = '/apis/storage.k8s.io/v1/volumeattachments';
const driver = 'csi.vsphere.vmware.com';

function volume({ api }: PreflightSite, name: string, volumeHandle: string) {
  const csi = { driver, volumeHandle };
  const spec = { capacity: { storage: '1Gi' }, accessModes: ['ReadWriteOnce'], csi };
  return api.create(volumes, { metadata: { name }, spec });
}

/** What the CSI driver does with each volume of its cluster now and then: it writes down whose it is. */
async function fullSync({ api, simulator }: PreflightSite, name: string, former: string): Promise<void> {
  const found = await api.get<KubeObject & { spec: { csi: { volumeHandle: string } } }>(`${volumes}/${name}`);
  const { url, username, caFile } = simulator;
  const client = await VcenterClient.connect({ url, username, password: new Secret(simulator.password), caFile });
  try {
    const service = await cnsService(client);
    const [volume] = await queryVolumesById(client, service, [found?.spec.csi.volumeHandle ?? '']);
    if (volume === undefined) throw new Error(`vCenter does not know ${name}`);
    await moveVolume(client, service, { volume, to: ownId, from: new Set([former]) });
  } finally {
    await client.close();
  }
}

/** Removes a volume on both sides. */
async function forgotten({ api, site }: PreflightSite, name: string): Promise<void> {
  const path = `${volumes}/${name}`;
  const found = await api.get<KubeObject & { spec: { csi: { volumeHandle: string } } }>(path);
  await api.delete(path);
  await site.vcenter.govc('volume.rm', found?.spec.csi.volumeHandle ?? '');
}

const shared = 'spectro-mgmt/spectro-mgmt-cluster';

/** Volumes, on both sides. */
export const storageCases: readonly FaultCase[] = [
  {
    check: 'storage-volumes',
    fault: 'vCenter does not know a volume of the cluster',
    seed: (site) => volume(site, 'pvc-lost', 'a1b2c3'),
    expects: {
      state: 'block',
      object: 'pvc-lost',
      evidence: 'vCenter does not know pvc-lost',
      remedy: 'register them, or remove the PersistentVolumes',
    },
    remedy: ({ api }) => api.delete(`${volumes}/pvc-lost`),
    done: 'the PersistentVolume is removed',
  },
  {
    check: 'storage-volumes',
    fault: 'vCenter knows a volume of the cluster under the id of another one',
    async seed(site) {
      const id = await site.simulator.createVolume({
        name: 'pvc-moved',
        clusterId: 'old/c1',
        claim: 'data',
        namespace: 'shop',
      });
      await volume(site, 'pvc-moved', id);
    },
    expects: {
      state: 'warn',
      object: 'cluster-id',
      evidence: /Under another cluster-id: \S+/,
      remedy: 'The CSI driver notes them under its own id at its next full sync',
    },
    remedy: (site) => fullSync(site, 'pvc-moved', 'old/c1'),
    done: 'the CSI driver does its full sync',
    clean: (site) => forgotten(site, 'pvc-moved'),
  },
  {
    check: 'storage-detach',
    fault: 'a volume is being detached, and that does not end',
    async seed(site) {
      const { api } = site;
      const id = await site.simulator.createVolume({
        name: 'pvc-going',
        clusterId: ownId,
        claim: 'data',
        namespace: 'shop',
      });
      await volume(site, 'pvc-going', id);
      await api.create(attachments, {
        metadata: { name: 'going', finalizers: ['external-attacher/csi-vsphere-vmware-com'] },
        spec: { attacher: driver, nodeName: 'node-md-1', source: { persistentVolumeName: 'pvc-going' } },
      });
      await api.delete(`${attachments}/going`);
    },
    expects: {
      state: 'block',
      object: 'pvc-going',
      evidence: 'Being detached: pvc-going from node-md-1',
      remedy: 'Wait until they are',
    },
    remedy: ({ api }) => api.merge(`${attachments}/going`, { metadata: { finalizers: null } }),
    done: 'the driver ends it',
    clean: (site) => forgotten(site, 'pvc-going'),
  },
  {
    check: 'storage-identity',
    fault: 'another cluster at the vCenter uses the id of this one’s volumes',
    async seed(site) {
      await site.site.setStorageId(shared);
      await site.site.makeDriver();
      const own = { name: 'pvc-ours', clusterId: shared, claim: 'ours', namespace: 'shop' };
      await volume(site, 'pvc-ours', await site.simulator.createVolume(own));
      await site.simulator.createVolume({ name: 'pvc-theirs', clusterId: shared, claim: 'theirs', namespace: 'a' });
    },
    expects: {
      state: 'block',
      object: shared,
      evidence: '',
      remedy: 'Run sealift vsphere cns check, then sealift vsphere cns repair --apply',
    },
    async remedy(site, { remedy = '' }) {
      // Its answer is that something has to be done, by its exit code too.
      await site.sealift(...commandIn(remedy, 'vsphere cns check'), ...site.vcenterTrust).catch(String);
      const controllers = site.site.rollDriver();
      try {
        await site.sealift(...commandIn(remedy, 'vsphere cns repair'), ...site.vcenterTrust);
      } finally {
        await controllers.stop();
      }
    },
    done: 'both commands are run as they are printed',
    async clean(site) {
      await forgotten(site, 'pvc-ours');
      await site.api.delete('/api/v1/namespaces/kube-system/configmaps/sealift-storage-identity');
      await site.site.setStorageId(ownId);
    },
  },
];
