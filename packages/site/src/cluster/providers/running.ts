import type { KubeObject } from '@sealift/kubernetes/object';
import type { Objects } from '@sealift/kubernetes/objects';
import type { Cancel } from '@sealift/upgrade/ports/cancel';
import { providerOf, providerSelector, versionOf } from './deployment.ts';

/** The Deployments of all providers in the cluster. @throws KUBERNETES_… */
export async function runningProviders(objects: Objects, cancel: Cancel): Promise<readonly KubeObject[]> {
  return await objects.list({ apiVersion: 'apps/v1', kind: 'Deployment', labelSelector: providerSelector }, cancel);
}

/** The version of Cluster API itself among them; undefined where it is not there or its image does not say. */
export function coreVersion(deployments: readonly KubeObject[]): string | undefined {
  const core = deployments.find((one) => providerOf(one) === 'cluster-api');
  return core === undefined ? undefined : versionOf(core);
}
