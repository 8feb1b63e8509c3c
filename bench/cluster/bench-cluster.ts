import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defineClusterApi } from '../../packages/testkit/src/cluster-api/definitions.ts';
import { readyNode, SampleCluster } from '../../packages/testkit/src/cluster-api/sample-cluster.ts';
import { startKubernetes } from '../../packages/testkit/src/kube-apiserver.ts';
import { startKwok } from '../../packages/testkit/src/kwok.ts';
import { peer } from '../../packages/testkit/src/peers.ts';
import { KubeApi } from '../../packages/testkit/src/site/kube-api.ts';
import { startManagement } from '../../packages/testkit/src/site/management/start-management.ts';

export const nodeCount = 100;
const controlPlanes = 3;
const version = 'v1.37.2';

/**
 * A cluster of real control-plane programs whose 100 nodes are kwok's, and an API server with their Machines. That one has no controllers, which
 * would take away Machines whose owners are only names.
 */
export async function startBenchCluster() {
  const folder = mkdtempSync(join(tmpdir(), 'sealift-bench-'));
  const ends: (() => unknown)[] = [() => rmSync(folder, { recursive: true, force: true })];
  const stop = async (): Promise<void> => {
    for (const end of ends.toReversed()) await end();
  };
  try {
    const management = await startManagement({ clusterApi: false });
    ends.push(() => management.stop());
    const api = await KubeApi.fromKubeconfig(management.kubeconfig);
    ends.push(() => api.close());
    const machines = await startKubernetes(peer('etcd'), peer('kube-apiserver'));
    ends.push(() => machines.stop());
    const machinesApi = await KubeApi.fromKubeconfig(machines.kubeconfig);
    ends.push(() => machinesApi.close());
    await defineClusterApi(machinesApi, peer('cluster-api-core'), 'v1beta2');
    const kwok = await startKwok(peer('kwok'), management.kubeconfig, folder);
    ends.push(() => kwok.stop(0));
    await makeNodes(api, machinesApi);
    return { kubeconfig: management.kubeconfig, machinesKubeconfig: machines.kubeconfig, api, folder, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function makeNodes(api: KubeApi, machines: KubeApi): Promise<void> {
  const sample = new SampleCluster(machines, 'v1beta2', 'default');
  await sample.create('Cluster', 'c1', {
    controlPlaneRef: sample.reference('KubeadmControlPlane', 'c1-cp'),
    infrastructureRef: sample.reference('VSphereMachineTemplate', 'unused'),
  });
  await sample.controlPlane(controlPlanes, version, 'template');
  await sample.deployment('md', nodeCount - controlPlanes, version, 'template');
  await sample.set('md-a', 'md', version, 'template');
  const from = { name: 'template', template: '/DC0/vm/template' };
  for (let index = 0; index < nodeCount; index += 1) {
    const name = `machine-${index}`;
    const owner =
      index < controlPlanes
        ? ({ kind: 'KubeadmControlPlane', name: 'c1-cp' } as const)
        : ({ kind: 'MachineSet', name: 'md-a' } as const);
    await sample.machine({ name, owner, version, from, kubelet: version, conditions: readyNode });
    const allocatable = { cpu: '8', memory: '32Gi', pods: '110' };
    await api.create('/api/v1/nodes', {
      metadata: { name: `node-${name}` },
      status: { allocatable, capacity: allocatable },
    });
  }
}
