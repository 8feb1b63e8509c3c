import type { SimulatedCluster } from '@sealift/cli/demo/cluster/simulated-cluster';
import type { Fault } from '../../packages/simulator/src/faults.ts';

/** What a simulated cluster does wrong from now on, in the place of what it did before. */
export async function putFaults(cluster: SimulatedCluster, faults: readonly Fault[]): Promise<void> {
  const answer = await fetch(`${cluster.service.ready.url}/v1/faults`, {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(faults),
  });
  if (!answer.ok) throw new Error(`the simulated cluster answered ${answer.status}`);
}
