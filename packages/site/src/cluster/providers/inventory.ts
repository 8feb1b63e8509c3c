import type { KubeObject } from '@sealift/kubernetes/object';
import { isDeployment, providerOf, versionOf } from './deployment.ts';
import type { ProvidersTools } from './providers-tools.ts';

/** clusterctl's own record of a provider (cluster-api, `cmd/clusterctl/api/v1alpha3`). */
const inventory = { apiVersion: 'clusterctl.cluster.x-k8s.io/v1alpha3', kind: 'Provider' };

/** Where clusterctl keeps an inventory it is told the versions, so that its own plans start from what runs. @throws KUBERNETES_… */
export async function tellInventory(
  components: readonly KubeObject[],
  { objects, cancel }: ProvidersTools,
): Promise<void> {
  if ((await objects.discovery.resource(inventory, cancel)) === undefined) return;
  for (const one of components.filter(isDeployment)) {
    const [name, version] = [providerOf(one), versionOf(one)];
    if (name === undefined || version === undefined) continue;
    const of = { ...inventory, namespace: one.metadata.namespace, name };
    const found = await objects.get(of, cancel);
    if (found !== undefined && found['version'] !== version) await objects.mergePatch(of, { version }, cancel);
  }
}
