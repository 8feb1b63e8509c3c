import type { SampleCluster } from '@sealift/testkit/sample-cluster';
import { oldTemplate } from './bench.ts';
import { folder } from './templates.ts';

export const oldPath = `${folder}/${oldTemplate}`;

/** A control plane of three and a MachineDeployment of two, all on 1.36.3, and nothing on its way. */
export async function makeSettled(sample: SampleCluster): Promise<void> {
  const version = 'v1.36.3';
  const from = (name: string) => ({ name, template: oldPath });
  await sample.template('cp-old', oldPath, { diskGiB: 40, numCPUs: 4, snapshot: 'base', cloneMode: 'linkedClone' });
  await sample.template('md-old', oldPath, { diskGiB: 80 });
  await sample.create('Cluster', 'c1', {
    controlPlaneRef: sample.reference('KubeadmControlPlane', 'c1-cp'),
    infrastructureRef: sample.reference('VSphereMachineTemplate', 'unused'),
  });
  await sample.controlPlane(3, version, 'cp-old');
  await sample.status('KubeadmControlPlane', 'c1-cp', {
    conditions: [
      { type: 'EtcdClusterHealthy', status: 'True' },
      { type: 'ControlPlaneComponentsHealthy', status: 'True' },
      { type: 'RollingOut', status: 'False', reason: 'NotRollingOut' },
      { type: 'MachinesUpToDate', status: 'True' },
    ],
  });
  for (const name of ['cp-1', 'cp-2', 'cp-3']) {
    const owner = { kind: 'KubeadmControlPlane', name: 'c1-cp' } as const;
    await sample.machine({ name, owner, version, from: from('cp-old'), kubelet: version });
  }
  await sample.deployment('md', 2, version, 'md-old');
  await sample.status('MachineDeployment', 'md', {});
  await sample.set('md-a', 'md', version, 'md-old');
  for (const name of ['md-1', 'md-2']) {
    await sample.machine({
      name,
      owner: { kind: 'MachineSet', name: 'md-a' },
      version,
      from: from('md-old'),
      kubelet: version,
    });
  }
}
