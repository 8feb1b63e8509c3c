import { hasInstances } from '@sealift/kubernetes/instances';
import { groupVersionOf, type KubeObject, referenceOf } from '@sealift/kubernetes/object';
import type { Objects } from '@sealift/kubernetes/objects';
import type { Cancel } from '@sealift/upgrade/ports/cancel';

const keptKinds: ReadonlySet<string> = new Set(['/Namespace', '/PersistentVolumeClaim', '/PersistentVolume']);

/**
 * Whether an object stays when what installed it goes: a namespace, which may hold anything; a claim or volume, which holds data; a
 * definition of which there are instances, which would go with it. What is not there needs not be kept.
 *
 * @throws KUBERNETES_…
 */
export async function isKept(objects: Objects, object: KubeObject, cancel: Cancel): Promise<boolean> {
  const kind = `${groupVersionOf(object.apiVersion).group}/${object.kind}`;
  const isDefinition = kind === 'apiextensions.k8s.io/CustomResourceDefinition';
  if (!isDefinition && !keptKinds.has(kind)) return false;
  const live = await objects.get(referenceOf(object), cancel);
  if (live === undefined) return false;
  return isDefinition ? await hasInstances(objects, live, cancel) : true;
}
