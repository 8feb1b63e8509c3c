import type { KubeObject } from '../objects/object.ts';
import type { Objects } from '../objects/objects.ts';
import { readDefinition, servedOf } from './definition.ts';
import { staleObjects, type StaleKind } from './stale-versions.ts';

/**
 * What keeps a kind from being stored in its present storage version alone, with field managers that name served versions only.
 *
 * @param definition as it is in the cluster
 * @returns undefined where nothing does
 * @throws KUBERNETES_… where its objects can't be listed, as while a webhook that converts them is away
 */
export async function otherwiseStored(
  objects: Objects,
  definition: KubeObject,
  cancel?: AbortSignal,
): Promise<StaleKind | undefined> {
  const known = readDefinition(definition);
  const { name, group, kind, versions, storedVersions } = known;
  const target = versions.find(({ storage }) => storage)?.name;
  const lasting = servedOf(known);
  if (target === undefined || !lasting.includes(target)) return undefined;
  const stored = storedVersions.filter((version) => version !== target);
  const all = await staleObjects(objects, { group, version: target, kind }, lasting, cancel);
  const stale = all.filter(({ versions: named }) => named.length > 0);
  if (stored.length === 0 && stale.length === 0) return undefined;
  const managed = [...new Set(stale.flatMap(({ versions: named }) => named))].toSorted();
  const counts = { total: all.length, managed: stale.length };
  return { definition: name, group, kind, stored, lasting, target, managed, objects: counts, trouble: null };
}
