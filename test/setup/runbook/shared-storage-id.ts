import type { SiteReady } from '@sealift/cli/demo/cluster/real-cluster';
import { Secret } from '@sealift/core/secret';
import type { KubeApi } from '@sealift/testkit/site/kube-api';
import { waitUntil } from '@sealift/testkit/wait-until';
import { VcenterClient } from '@sealift/vsphere/client';
import { cnsService, queryVolumes, volumeManager } from '@sealift/vsphere/cns-volumes';
import { managedObject } from '@sealift/vsphere/decode';
import { element, reference } from '@sealift/vsphere/encode';
import { run } from '../sealift.ts';

/** The id that old installations have in common. */
export const sharedId = 'spectro-mgmt/spectro-mgmt-cluster';

/** Has the cluster share its storage identity with another: both have a volume under the one id. */
export async function shareStorageId(api: KubeApi, { vcenter, govc }: SiteReady, govcPath: string): Promise<void> {
  const namespaced = '/api/v1/namespaces/kube-system';
  const config = `[Global]\ncluster-id = "${sharedId}"\n`;
  const secret = { data: { 'csi-vsphere.conf': Buffer.from(config).toString('base64') } };
  await api.merge(`${namespaced}/secrets/vsphere-config-secret`, secret);
  await api.merge(`${namespaced}/configmaps/vsphere-cloud-config`, { data: { 'vsphere.conf': config } });
  const found = await run(govcPath, ['find', '-i', '/', '-type', 's'], { env: { ...process.env, ...govc } });
  const [, datastore = ''] = /Datastore:(\S+)/.exec(found.stdout) ?? [];
  const { url, username, caFile } = vcenter;
  const client = await VcenterClient.connect({
    url,
    username,
    password: new Secret(govc['GOVC_PASSWORD'] ?? ''),
    caFile,
  });
  try {
    const own = await createVolume(client, datastore, 'pvc-own');
    await createVolume(client, datastore, 'pvc-other');
    const csi = { driver: 'csi.vsphere.vmware.com', volumeHandle: own };
    const spec = { capacity: { storage: '1Gi' }, accessModes: ['ReadWriteOnce'], csi };
    await api.create('/api/v1/persistentvolumes', { metadata: { name: 'pvc-own' }, spec });
  } finally {
    await client.close();
  }
}

/** As the CSI driver of a cluster of that id does it (`CnsCreateVolume`). @returns the volume's id */
async function createVolume(client: VcenterClient, datastore: string, name: string): Promise<string> {
  const service = await cnsService(client);
  const cluster = (as: string) =>
    element(as, [
      element('clusterType', 'KUBERNETES'),
      element('clusterId', sharedId),
      element('vSphereUser', 'k8s@vsphere.local'),
      element('clusterFlavor', 'VANILLA'),
    ]);
  const entity = element(
    'entityMetadata',
    [
      element('entityName', name),
      element('delete', false),
      element('clusterId', sharedId),
      element('entityType', 'PERSISTENT_VOLUME'),
    ],
    'CnsKubernetesEntityMetadata',
  );
  await client.call({
    method: 'CnsCreateVolume',
    on: volumeManager,
    args: [
      element('createSpecs', [
        element('name', name),
        element('volumeType', 'BLOCK'),
        reference('datastores', { type: 'Datastore', value: datastore }),
        element('metadata', [cluster('containerCluster'), entity, cluster('containerClusterArray')]),
        element('backingObjectDetails', [element('capacityInMb', 16)], 'CnsBlockBackingDetails'),
      ]),
    ],
    result: ([task]) => (task === undefined ? undefined : managedObject(task)),
    service,
  });
  return await waitUntil(`the volume ${name}`, async () => {
    const volumes = await queryVolumes(client, service, { clusterId: sharedId });
    return volumes.find((volume) => volume.name === name)?.id;
  });
}
