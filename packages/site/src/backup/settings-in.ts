import type { KubeObject } from '@sealift/kubernetes/object';
import type { Objects } from '@sealift/kubernetes/objects';
import type { Cancel } from '@sealift/upgrade/ports/cancel';

/** Types of Secrets that the cluster makes by itself, and that open doors for a while only. */
const passing: ReadonlySet<unknown> = new Set(['kubernetes.io/service-account-token', 'bootstrap.kubernetes.io/token']);
const helmRelease = 'helm.sh/release.v1';
/** In every namespace, by the cluster itself. */
const rootAuthority = 'kube-root-ca.crt';

/** Namespaces with the Secrets and ConfigMaps in them. Of Helm's releases those that are deployed, not their history. @throws KUBERNETES_… */
export async function settingsIn(
  objects: Objects,
  namespaces: ReadonlySet<string>,
  cancel: Cancel,
): Promise<readonly KubeObject[]> {
  const found: KubeObject[] = [];
  for (const name of [...namespaces].toSorted()) {
    const namespace = await objects.get({ apiVersion: 'v1', kind: 'Namespace', name }, cancel);
    // It was deleted since it was named.
    if (namespace === undefined) continue;
    found.push(namespace);
    for (const kind of ['Secret', 'ConfigMap']) {
      const all = await objects.list({ apiVersion: 'v1', kind, namespace: name }, cancel);
      found.push(...all.filter(isKept));
    }
  }
  return found;
}

function isKept({ kind, type, metadata: { name, labels = {} } }: KubeObject): boolean {
  if (kind === 'ConfigMap') return name !== rootAuthority;
  if (type === helmRelease) return labels['status'] === 'deployed';
  return !passing.has(type);
}
