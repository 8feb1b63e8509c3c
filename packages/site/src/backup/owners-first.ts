import { identityOf } from '@sealift/kubernetes/manifest';
import { identityOfReference, type KubeObject } from '@sealift/kubernetes/object';

/** Objects in an order in which each comes after those of its owners that are among them; else in the order given. */
export function ownersFirst(objects: readonly KubeObject[]): readonly KubeObject[] {
  const known = new Map(objects.map((object) => [identityOf(object), object]));
  const placed = new Set<KubeObject>();
  for (const first of objects) {
    // Not by recursion: chains of owners come from outside.
    const waiting = [first];
    const entered = new Set<KubeObject>();
    for (let object = waiting.at(-1); object !== undefined; object = waiting.at(-1)) {
      const owners = ownersOf(object, known).filter((owner) => !placed.has(owner) && !entered.has(owner));
      // One that was entered already, and still has such owners, owns itself through others: somebody has to come first.
      if (owners.length === 0 || entered.has(object)) {
        waiting.pop();
        placed.add(object);
      } else {
        entered.add(object);
        waiting.push(...owners);
      }
    }
  }
  return [...placed];
}

/** By their names, as a restore finds them: in its own namespace or, where their kind has none, without one. */
function ownersOf({ metadata }: KubeObject, known: ReadonlyMap<string, KubeObject>): KubeObject[] {
  const { namespace, ownerReferences = [] } = metadata;
  return ownerReferences.flatMap(({ apiVersion, kind, name }) => {
    const reference = { apiVersion, kind, name };
    return (
      known.get(identityOfReference({ ...reference, namespace })) ?? known.get(identityOfReference(reference)) ?? []
    );
  });
}
