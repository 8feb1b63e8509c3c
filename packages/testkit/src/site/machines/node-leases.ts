import { waitUntil } from '../../wait-until.ts';
import type { KubeApi, KubeObject } from '../kube-api.ts';

interface Lease extends KubeObject {
  readonly spec?: { readonly renewTime?: string };
}

/**
 * Waits until the kubelets of every Node are played. kwok takes a Node by its lease, and that of a kwok that ran before has to run out first;
 * pods that come earlier are overlooked for good.
 *
 * @param since when the kwok that runs now was started, or earlier, in milliseconds of the epoch
 */
export async function untilNodesTaken(api: KubeApi, since: number): Promise<void> {
  await waitUntil(
    'the kubelet of every Node',
    async () => {
      const nodes = await api.list<KubeObject>('/api/v1/nodes');
      const leases = await api.list<Lease>('/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases');
      const renewed = new Map(leases.map(({ metadata, spec }) => [metadata.name, Date.parse(spec?.renewTime ?? '')]));
      return nodes.every(({ metadata }) => (renewed.get(metadata.name) ?? 0) >= since);
    },
    120_000,
  );
}
