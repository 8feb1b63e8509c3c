import { groupVersionOf, type KubeObject } from '@sealift/kubernetes/object';
import type { Objects } from '@sealift/kubernetes/objects';
import type { Cancel } from '@sealift/upgrade/ports/cancel';

/**
 * Whether an object stays when what installed it goes: a namespace, which may hold anything; a claim, which holds data; a definition of
 * which there are instances, which would go with it. What can't be told stays too.
 *
 * @throws KUBERNETES_…
 */
export async function isKept(objects: Objects, object: KubeObject, cancel: Cancel): Promise<boolean> {
  const { group } = groupVersionOf(object.apiVersion);
  const kind = `${group}/${object.kind}`;
  if (kind === '/Namespace' || kind === '/PersistentVolumeClaim' || kind === '/PersistentVolume') return true;
  if (kind !== 'apiextensions.k8s.io/CustomResourceDefinition') return false;
  return await hasInstances(objects, object, cancel);
}

async function hasInstances(objects: Objects, definition: KubeObject, cancel: Cancel): Promise<boolean> {
  const { metadata } = definition;
  const live = await objects.get(
    { apiVersion: definition.apiVersion, kind: definition.kind, name: metadata.name },
    cancel,
  );
  if (live === undefined) return false;
  const spec = (live['spec'] ?? {}) as {
    readonly group?: unknown;
    readonly names?: { readonly kind?: unknown };
    readonly versions?: readonly { readonly name?: unknown; readonly served?: unknown }[];
  };
  const version = spec.versions?.find(({ served }) => served === true)?.name;
  const kind = spec.names?.kind;
  if (typeof spec.group !== 'string' || typeof version !== 'string' || typeof kind !== 'string') return true;
  return (await objects.list({ apiVersion: `${spec.group}/${version}`, kind }, cancel)).length > 0;
}
