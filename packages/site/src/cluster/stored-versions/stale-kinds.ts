import type { Cancel } from '@sealift/upgrade/ports/cancel';
import { isDefinition } from '@sealift/kubernetes/order';
import { groupVersionOf, type KubeObject } from '@sealift/kubernetes/object';
import type { Objects } from '@sealift/kubernetes/objects';
import { findStaleVersions, type StaleKind } from '@sealift/kubernetes/stale-versions';

/**
 * The custom kinds that are brought, or of which objects are, and whose objects are stored or managed in a version that is not served or will
 * not be. Kinds of others are left alone: what becomes of them is not ours to say.
 *
 * @throws KUBERNETES_…
 */
export async function staleKinds(
  objects: Objects,
  coming: readonly KubeObject[],
  cancel: Cancel,
): Promise<readonly StaleKind[]> {
  const names = new Set(coming.filter(isDefinition).map(({ metadata }) => metadata.name));
  const kinds = new Set(coming.map(({ apiVersion, kind }) => `${groupVersionOf(apiVersion).group}/${kind}`));
  return await findStaleVersions(objects, {
    coming,
    isMeant: ({ definition, group, kind }) => names.has(definition) || kinds.has(`${group}/${kind}`),
    cancel,
  });
}
