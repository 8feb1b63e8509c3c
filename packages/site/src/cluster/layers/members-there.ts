import { applySetId, memberLabel } from '@sealift/kubernetes/apply-set';
import { identityOfReference, type KubeObject, type ObjectReference, referenceOf } from '@sealift/kubernetes/object';
import { isReadyWhenThere } from '@sealift/kubernetes/readiness';
import { type LayerRecord, parentOf } from './layer-record.ts';
import type { LayerTools } from './layer-tools.ts';

/** The metadata of a member; undefined where it was not found together with others and has to be read by itself. */
export type MembersThere = (member: ObjectReference) => KubeObject | undefined;

/**
 * The configuration among a layer's members, found by the label of its set: of each kind and namespace in one request, and without its data.
 *
 * @throws KUBERNETES_…
 */
export async function membersThere(
  record: LayerRecord,
  { objects, cancel }: Pick<LayerTools, 'objects' | 'cancel'>,
): Promise<MembersThere> {
  const labelSelector = `${memberLabel}=${applySetId(parentOf(record))}`;
  const found = new Map<string, KubeObject>();
  for (const [first, ...more] of Map.groupBy(record.members.filter(isReadyWhenThere), placeOf).values()) {
    if (first === undefined || more.length === 0) continue;
    if ((await objects.discovery.resource(first, cancel)) === undefined) continue;
    const { apiVersion, kind, namespace } = first;
    for (const object of await objects.list(
      { apiVersion, kind, namespace, labelSelector, metadataOnly: true },
      cancel,
    )) {
      found.set(identityOfReference(referenceOf(object)), object);
    }
  }
  return (member) => found.get(identityOfReference(member));
}

function placeOf({ apiVersion, kind, namespace = '' }: ObjectReference): string {
  return `${apiVersion} ${kind} ${namespace}`;
}
