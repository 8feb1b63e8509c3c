import { canonicalJson } from '@sealift/core/canonical-json';
import type { Objects } from '@sealift/kubernetes/objects';
import { digestOf } from '@sealift/oci/digest';

const config = { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'kube-system', name: 'kubeadm-config' };
const definitions = { apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition' };
const mostDefinitions = 10_000;

/**
 * Names what a rehearsal begins from: the arguments of the API servers, as kubeadm has them, and the definitions of kinds. Objects come and go all
 * the time, so they do not count.
 *
 * @throws KUBERNETES_…, CANCELLED
 */
export async function clusterNow(objects: Objects, cancel: AbortSignal): Promise<string> {
  const data = (await objects.get(config, cancel))?.['data'];
  const kinds = await objects.list({ ...definitions, metadataOnly: true, most: mostDefinitions }, cancel);
  const named = kinds.map(({ metadata: { name, generation = 0 } }) => `${name} ${generation}`);
  return digestOf(canonicalJson({ config: data ?? null, kinds: named.toSorted() }));
}
