import { SealiftError } from '@sealift/core/errors';
import type { ObjectQuery } from '@sealift/core/release';
import { groupVersionOf, nameOf, referenceOf } from '@sealift/kubernetes/object';
import type { Objects } from '@sealift/kubernetes/objects';
import type { Cancel } from '@sealift/upgrade/ports/cancel';
import type { FoundObjects } from '@sealift/upgrade/ports/declared';

/** Objects that are read for one query; one of more asks for too much. */
const mostObjects = 5000;

/**
 * What a query of a release finds.
 *
 * @throws KUBERNETES_KIND_UNKNOWN where its group is served and not this kind in this version; KUBERNETES_REFUSED where it may not be read; KUBERNETES_…
 */
export async function findObjects(objects: Objects, query: ObjectQuery, cancel: Cancel): Promise<FoundObjects> {
  if (!(await isServed(objects, query, cancel))) return { served: false, objects: [] };
  const { apiVersion, kind, namespace, name, selector: labelSelector } = query;
  const fieldSelector = name === undefined ? undefined : `metadata.name=${name}`;
  const listed = { apiVersion, kind, namespace, labelSelector, fieldSelector, most: mostObjects };
  const found = await objects.list(listed, cancel);
  return { served: true, objects: found.map((object) => ({ name: nameOf(referenceOf(object)), object })) };
}

/**
 * Whether the cluster serves a kind: where it serves nothing of the whole group, there is no such object.
 *
 * @throws KUBERNETES_KIND_UNKNOWN, KUBERNETES_API_INCOMPLETE, KUBERNETES_…
 */
export async function isServed(
  { discovery }: Objects,
  { apiVersion, kind }: { readonly apiVersion: string; readonly kind: string },
  cancel: Cancel,
): Promise<boolean> {
  if ((await discovery.resource({ apiVersion, kind }, cancel)) !== undefined) return true;
  const versions = await discovery.versions(groupVersionOf(apiVersion).group, cancel);
  if (versions.length === 0) return false;
  // There may be objects of it under another version or name: nobody can say that there are none.
  throw new SealiftError('KUBERNETES_KIND_UNKNOWN', { values: { kind, apiVersion } });
}
