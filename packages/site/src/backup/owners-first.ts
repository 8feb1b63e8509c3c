import type { KubeObject } from '@sealift/kubernetes/object';

/** Objects in an order in which each comes after those of its owners that are among them; else in the order given. */
export function ownersFirst(objects: readonly KubeObject[]): readonly KubeObject[] {
  const byUid = new Map(objects.map((object) => [object.metadata.uid, object]));
  const placed = new Set<KubeObject>();
  const place = (first: KubeObject): void => {
    // Not by recursion: chains of owners come from outside.
    const waiting = [first];
    const entered = new Set<KubeObject>();
    while (waiting.length > 0) {
      const object = waiting.at(-1) as KubeObject;
      const owners = (object.metadata.ownerReferences ?? [])
        .flatMap(({ uid }) => byUid.get(uid) ?? [])
        .filter((owner) => !placed.has(owner) && !entered.has(owner));
      // One that is entered already owns itself through others: somebody has to come first.
      if (entered.has(object) || owners.length === 0) {
        waiting.pop();
        placed.add(object);
        continue;
      }
      entered.add(object);
      waiting.push(...owners);
    }
  };
  for (const object of objects) if (!placed.has(object)) place(object);
  return [...placed];
}
