import { defineClusterApi } from '@sealift/testkit/cluster-api-definitions';
import { peer } from '@sealift/testkit/peers';
import { SampleCluster } from '@sealift/testkit/sample-cluster';
import type { KubeApi } from '@sealift/testkit/site/kube-api';

/** Names of the nodes of `makeCluster`. */
export const clusterNodes = ['node-cp-1', 'node-cp-2', 'node-cp-3', 'node-md-1', 'node-md-2'];

/** A cluster with its nodes, and the Cluster API objects that tell of it. */
export async function makeCluster(api: KubeApi): Promise<void> {
  await defineClusterApi(api, peer('cluster-api-core'), 'v1beta2');
  await api.create('/api/v1/namespaces', { metadata: { name: 'mgmt' } });
  const sample = new SampleCluster(api, 'v1beta2', 'mgmt');
  const version = 'v1.36.3';
  const path = '/DC0/vm/spectro-templates/r_u-2204-0-k-1363-0';
  const kubelet = version;
  await sample.create('Cluster', 'c1', {
    controlPlaneRef: sample.reference('KubeadmControlPlane', 'c1-cp'),
    infrastructureRef: sample.reference('VSphereMachineTemplate', 'unused'),
  });
  await sample.template('old', path, {});
  await sample.controlPlane(3, version, 'old');
  await sample.deployment('md', 2, version, 'old');
  await sample.set('md-a', 'md', version, 'old');
  const from = { name: 'old', template: path };
  for (const name of ['cp-1', 'cp-2', 'cp-3'])
    await sample.machine({ name, owner: { kind: 'KubeadmControlPlane', name: 'c1-cp' }, version, from, kubelet });
  for (const name of ['md-1', 'md-2'])
    await sample.machine({ name, owner: { kind: 'MachineSet', name: 'md-a' }, version, from, kubelet });
  for (const name of clusterNodes) await api.create('/api/v1/nodes', { metadata: { name } });
}
