import type { StoragePort } from '@sealift/upgrade/ports';
import { checkIdentity, repairIdentity } from '@sealift/vsphere/cns';
import type { CnsSides } from '@sealift/vsphere/cns-observe';
import { cnsService } from '@sealift/vsphere/cns-volumes';
import type { VsphereSettings } from './settings.ts';
import { storageCluster } from './storage-cluster.ts';
import type { VcenterSession } from './vcenter-session.ts';

/** The storage identity of the cluster: what its API server says and what CNS says, compared. */
export function storagePort(session: VcenterSession, { kubeconfig }: VsphereSettings): StoragePort {
  const sides = async (cancel: AbortSignal): Promise<CnsSides> => {
    // The Kubernetes client takes seconds to load: only when it is needed.
    const { KubernetesClient } = await import('@sealift/kubernetes/client');
    const cluster = storageCluster(await KubernetesClient.connect({ kubeconfig }));
    const vcenter = await session.client();
    return { cluster, vcenter, service: await cnsService(vcenter, cancel), cancel };
  };
  return {
    async identity(cancel) {
      const { clusterId = 'none', verdict, message } = await checkIdentity(await sides(cancel));
      return { clusterId, unique: verdict === 'unique', message };
    },
    async repairIdentity(cancel) {
      await repairIdentity(await sides(cancel));
    },
  };
}
