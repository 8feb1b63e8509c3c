import type { KubernetesClient } from '@sealift/kubernetes/client';
import { listVolumeAttachments } from '@sealift/kubernetes/volume-attachments';
import type { CnsSides } from './identity/observe.ts';
import { driverName } from './identity/state.ts';
import { cnsService } from '@sealift/vsphere/cns-volumes';
import type { SiteSettings } from '../settings.ts';
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
  readonly #kubeconfig: string | undefined;

  constructor(session: VcenterSession, { kubeconfig }: SiteSettings) {
    this.#session = session;
    this.#kubeconfig = kubeconfig;
  }

  /** @throws KUBERNETES_…, VSPHERE_… */
  async open(cancel: AbortSignal): Promise<CnsSides> {
    const cluster = storageCluster(await this.#kubernetes());
    const vcenter = await this.#session.client();
    return { cluster, vcenter, service: await cnsService(vcenter, cancel), cancel };
  }

  /** @throws KUBERNETES_… */
  async detaching(cancel: AbortSignal): Promise<readonly DetachingVolume[]> {
    const all = await listVolumeAttachments(await this.#kubernetes(), driverName, { cancel });
    return all
      .filter((attachment) => attachment.detaching)
      .map(({ persistentVolume, node, error }) => ({ volume: persistentVolume ?? 'an inline volume', node, error }));
  }

  async #kubernetes(): Promise<KubernetesClient> {
    // It takes seconds to load: only when it is needed.
    const { KubernetesClient: Client } = await import('@sealift/kubernetes/client');
    return await Client.connect({ kubeconfig: this.#kubeconfig });
  }
}
