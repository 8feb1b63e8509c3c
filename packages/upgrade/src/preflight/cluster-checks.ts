import type { Check } from '@sealift/core/check';
import type { ClusterProfile } from '@sealift/core/profile';
import { block, type Finding, pass, runCheck, warn } from './check.ts';
import { hashOfValues } from '../frozen.ts';
import type { ClusterPort } from '../ports/cluster.ts';

/** Every node answers and is ready. */
export function nodesReady(cluster: ClusterPort): Promise<Check> {
  return runCheck('nodes-ready', 'Every node is ready', async (cancel) => {
    const nodes = await cluster.nodes(cancel);
    const open = nodes.filter((node) => !node.ready);
    if (nodes.length === 0) return block('The cluster reports no nodes', 'Check the connection to the cluster.');
    if (open.length === 0) return pass(`${nodes.length} of ${nodes.length} nodes are ready`);
    const named = open.map((node) => `${node.name}: ${node.message}`).join('; ');
    return block(named, 'Bring these nodes back, or wait until they have joined.');
  });
}

/** No replacement of nodes is under way. */
export function rolloutsSettled(cluster: ClusterPort): Promise<Check> {
  return runCheck('rollouts-settled', 'No node is being replaced', async (cancel) => {
    for (const group of ['control-plane', 'workers'] as const) {
      const status = await cluster.rollout(group, cancel);
      if (status.wait !== null)
        return block(status.wait.what, status.wait.remedy ?? 'Wait until the rollout has finished.');
    }
    return pass('Control plane and workers are settled');
  });
}

/** Each layer runs healthy, and exactly the pack and values that the profile records. */
export function layersAsRecorded(cluster: ClusterPort, profile: ClusterProfile | null): Promise<Check> {
  return runCheck('layers-healthy', 'Every layer is healthy and runs what is recorded', async (cancel) => {
    if (profile === null) return notAdopted();
    const statuses = await cluster.layers(cancel);
    for (const layer of profile.layers) {
      const status = statuses.find((one) => one.layer === layer.layer && one.pack === layer.pack);
      if (status === undefined) return block(`${layer.pack} is not on the cluster`, 'Find out who removed it.');
      if (status.version !== layer.version || status.digest !== layer.digest) {
        return warn(
          `${layer.pack} runs ${status.version}, recorded is ${layer.version}`,
          'Find out who changed the cluster past the console.',
        );
      }
      if (status.valuesHash !== hashOfValues(layer.currentValues)) {
        return warn(
          `${layer.pack} runs other values than recorded`,
          'Find out who changed the cluster past the console.',
        );
      }
      if (status.wait !== null)
        return block(status.wait.what, status.wait.remedy ?? 'Mend the layer, or wait until it settles.');
    }
    return pass(`${profile.layers.length} layers run ${profile.version} with the recorded values`);
  });
}

export function notAdopted(): Finding {
  return block(
    'No release is recorded as installed',
    'Sync the pack registry, then record it with `sealift platform adopt VERSION`.',
  );
}
