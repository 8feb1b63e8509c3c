import { groups } from '@sealift/kubernetes/cluster-api-names';
import { refuseUnanswered } from '@sealift/kubernetes/discovery';
import { apiVersionOf, groupVersionOf, type KubeObject } from '@sealift/kubernetes/object';
import type { Objects } from '@sealift/kubernetes/objects';
import type { Cancel } from '@sealift/upgrade/ports/cancel';
import { settingsIn } from './settings-in.ts';

/** Whether a group is Cluster API's or one of its providers'. */
export function isClusterApi(group: string): boolean {
  return group === groups.core || group.endsWith(`.${groups.core}`);
}

/**
 * Every object of Cluster API and its providers, in the version that its group prefers, and the settings in their namespaces: kubeconfigs,
 * certificates, bootstrap data and logins are Secrets there.
 *
 * @throws KUBERNETES_API_INCOMPLETE where a part of it does not answer, KUBERNETES_…
 */
export async function clusterApiObjects(objects: Objects, cancel: Cancel): Promise<readonly KubeObject[]> {
  const served = await objects.discovery.read(cancel);
  refuseUnanswered(served, (apiVersion) => isClusterApi(groupVersionOf(apiVersion).group));
  const kinds = served.resources.filter(
    ({ group, version, verbs }) =>
      isClusterApi(group) &&
      version === served.versions.get(group)?.[0] &&
      verbs.includes('list') &&
      verbs.includes('create'),
  );
  const found: KubeObject[] = [];
  for (const kind of kinds) {
    found.push(...(await objects.list({ apiVersion: apiVersionOf(kind), kind: kind.kind }, cancel)));
  }
  const namespaces = new Set(found.flatMap(({ metadata }) => metadata.namespace ?? []));
  return [...(await settingsIn(objects, namespaces, cancel)), ...found];
}
