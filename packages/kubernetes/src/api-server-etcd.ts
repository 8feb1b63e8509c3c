import type { KubernetesClient } from './connection/client.ts';

/** Which API server is asked: that of one machine, by its pod. */
export interface ApiServerPod {
  readonly name: string;
  /** On which it serves. */
  readonly port: number;
}

/** A name that kubeadm puts into the certificate of every API server. */
const servername = 'kubernetes';

/**
 * Whether the API server of one machine reaches its etcd member, as it says itself (`/readyz/etcd`; Kubernetes API health endpoints); undefined where it
 * does not answer, or not that. Asked through another API server and the machine's kubelet: a load balancer leads to those that are well.
 *
 * @throws CANCELLED
 */
export async function reachesEtcd(
  client: KubernetesClient,
  { name, port }: ApiServerPod,
  cancel: AbortSignal,
): Promise<boolean | undefined> {
  try {
    const asked = { namespace: 'kube-system', pod: name, port, servername, path: '/readyz/etcd' };
    const { status } = await client.askPod(asked, cancel);
    if (status === 200) return true;
    return status === 500 || status === 503 ? false : undefined;
  } catch {
    cancel.throwIfAborted();
    return undefined;
  }
}
