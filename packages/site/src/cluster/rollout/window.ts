import { autoscalerBounds, pausedAnnotation } from '@sealift/kubernetes/cluster-api-names';
import type { ClusterState } from '@sealift/kubernetes/cluster-state';
import { hold } from '@sealift/kubernetes/hold';
import type { Objects } from '@sealift/kubernetes/objects';

/**
 * For the time of a rollout: no MachineHealthCheck deletes a machine that is only slow to come, and the cluster autoscaler neither adds nor
 * takes away machines. A paused health check does nothing (Cluster API, "Pausing"); a MachineDeployment whose bounds are both what it
 * has leaves the autoscaler nothing to do, while its annotation `paused` on machines would make it delete them. What was there is kept
 * beside it.
 *
 * @throws KUBERNETES_…
 */
export async function openWindow(objects: Objects, state: ClusterState, cancel: AbortSignal): Promise<void> {
  for (const check of state.healthChecks) await hold(objects, check, { [pausedAnnotation]: 'true' }, cancel);
  for (const [at, deployment] of state.deploymentObjects.entries()) {
    const annotations = deployment.metadata.annotations ?? {};
    const scaled = autoscalerBounds.every((name) => Object.hasOwn(annotations, name));
    const replicas = state.deployments[at]?.replicas;
    if (!scaled || replicas === undefined) continue;
    await hold(
      objects,
      deployment,
      Object.fromEntries(autoscalerBounds.map((name) => [name, String(replicas)])),
      cancel,
    );
  }
}
