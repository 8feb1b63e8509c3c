import type { Check } from '@sealift/core/check';
import type { ClusterName } from '@sealift/kubernetes/cluster';
import { readClusterState } from '@sealift/kubernetes/cluster-state';
import { readMachineTemplate } from '@sealift/kubernetes/machine-templates';
import type { Objects } from '@sealift/kubernetes/objects';
import { classOf } from '@sealift/kubernetes/topology';
import { block, type Finding, pass, runCheck } from '@sealift/upgrade/preflight/check';
import type { UpgradeNeeds } from '../../checks/vcenter-checks.ts';
import { topologyRefusal } from './ask-topology.ts';

/** Where the Cluster is looked at. */
interface ClusterSide {
  objects(): Promise<Objects>;
  readonly cluster: ClusterName | undefined;
}

/** Whether the nodes of a Cluster that a ClusterClass manages can be rolled as planned: not only found out in the middle of an upgrade. */
export function topologyCheck(
  side: ClusterSide,
  { controlPlaneRollouts, newNodes }: Pick<UpgradeNeeds, 'controlPlaneRollouts' | 'newNodes'>,
): Promise<Check> {
  return runCheck('cluster-class', 'The nodes can be rolled as the cluster is managed', async (cancel) => {
    if (controlPlaneRollouts === 0) return pass('No node is replaced');
    if (!newNodes) return pass('Nodes have the same image and version of Kubernetes');
    return await judge(await side.objects(), side.cluster, controlPlaneRollouts, cancel);
  });
}

async function judge(
  objects: Objects,
  named: ClusterName | undefined,
  rollouts: number,
  cancel: AbortSignal,
): Promise<Finding> {
  const { cluster, controlPlane, deployments } = await readClusterState(objects, named, cancel);
  const { topology, namespace } = cluster;
  if (topology === undefined) return pass('No ClusterClass manages it');
  const { name } = classOf(topology);
  if (rollouts > 1) {
    return block(
      `The upgrade goes through ${rollouts} minors of Kubernetes, and the ClusterClass ${name} lets no worker stay behind meanwhile`,
      'Go by way of releases that are one minor apart.',
    );
  }
  for (const { managed, template: ref } of [controlPlane, ...deployments]) {
    if (managed === undefined) continue;
    const template = await readMachineTemplate(objects, namespace, ref, cancel);
    const reason = topologyRefusal(topology, managed, template);
    if (reason === undefined) continue;
    return block(
      `The ClusterClass ${name} manages it, and ${reason}`,
      'Let the class take the template for nodes from a variable (a patch of VSphereMachineTemplate at /spec/template/spec/template with valueFrom.variable), and mend what is named.',
    );
  }
  return pass(`The ClusterClass ${name} lets the template for nodes be chosen`);
}
