import { listVolumeAttachments } from '@sealift/kubernetes/volume-attachments';
import type { CnsSides } from './identity/observe.ts';
import { driverName } from './identity/state.ts';
import { cnsService } from '@sealift/vsphere/cns-volumes';
import type { ClusterAccess } from '../cluster/cluster-access.ts';
import { storageCluster } from './kubernetes-cluster.ts';
import type { VcenterSession } from '../vcenter/session.ts';

/** A volume that somebody has asked to detach. */
export interface DetachingVolume {
  readonly volume: string;
  readonly node: string;
  readonly error: string | undefined;
}

/** Both sides of the cluster's storage: its API server and CNS. */
export class StorageSides {
  readonly #session: VcenterSession;
  readonly #access: ClusterAccess;

  constructor(session: VcenterSession, access: ClusterAccess) {
    this.#session = session;
    this.#access = access;
  }

  /** @throws KUBERNETES_…, VSPHERE_… */
  async open(cancel: AbortSignal): Promise<CnsSides> {
    const cluster = storageCluster((await this.#access.objects()).client);
    const vcenter = await this.#session.client();
    return { cluster, vcenter, service: await cnsService(vcenter, cancel), cancel };
  }

  /** @throws KUBERNETES_… */
  async detaching(cancel: AbortSignal): Promise<readonly DetachingVolume[]> {
    const { client } = await this.#access.objects();
    const all = await listVolumeAttachments(client, driverName, { cancel });
    return all
      .filter((attachment) => attachment.detaching)
      .map(({ persistentVolume, node, error }) => ({ volume: persistentVolume ?? 'an inline volume', node, error }));
  }
}
