import { SealiftError } from '@sealift/core/errors';
import type { ApiResource } from '../objects/discovery.ts';
import { type KubeObject, nameOf, referenceOf } from '../objects/object.ts';

/** What only the server sets: an exported object still holds it, and an apply with it is refused or fails on an old version. */
const ofServer: ReadonlySet<string> = new Set([
  'creationTimestamp',
  'deletionGracePeriodSeconds',
  'deletionTimestamp',
  'generation',
  'managedFields',
  'resourceVersion',
  'selfLink',
  'uid',
]);

/**
 * An object of a manifest as it is sent: without what only the server sets, with a namespace where its kind has one and only there.
 *
 * @param namespace for an object that names none
 * @throws KUBERNETES_OBJECT_INVALID where there is none to take
 */
export function prepare(object: KubeObject, { namespaced }: ApiResource, namespace?: string): KubeObject {
  const kept = Object.entries(object.metadata).filter(([field]) => !ofServer.has(field) && field !== 'namespace');
  const { name } = object.metadata;
  if (!namespaced) return { ...object, metadata: { ...Object.fromEntries(kept), name } };
  const own = object.metadata.namespace;
  const at = own === undefined || own === '' ? namespace : own;
  if (at !== undefined) return { ...object, metadata: { ...Object.fromEntries(kept), name, namespace: at } };
  const reason = `${nameOf(referenceOf(object))} names no namespace`;
  throw new SealiftError('KUBERNETES_OBJECT_INVALID', { values: { reason } });
}
