import type { OwnObjects } from '@sealift/core/release';
import { mapAtOnce } from '@sealift/io/map-at-once';
import { helmManager } from '@sealift/kubernetes/helm-inspect';
import type { KubeObject } from '@sealift/kubernetes/object';
import type { Objects } from '@sealift/kubernetes/objects';
import { takeOver, takenOver } from '@sealift/kubernetes/take-over';
import { helmMarks, owningOf } from '@sealift/upgrade/declared/owning';
import type { Cancel } from '@sealift/upgrade/ports/cancel';
import type { Standing } from '@sealift/upgrade/ports/declared';
import { isServed } from './find-objects.ts';

const atOnce = 4;

/** Which of the objects are to be taken over. @throws DECLARED_STEP_REFUSED, KUBERNETES_… */
export async function ownStanding(objects: Objects, work: OwnObjects, cancel: Cancel): Promise<Standing> {
  return owningOf(work, await look(objects, work, cancel)).standing;
}

/**
 * Takes over those that are not yet: all are looked at before the first is changed, and each is changed only as it was read.
 *
 * @throws DECLARED_STEP_REFUSED, KUBERNETES_CONFLICT, KUBERNETES_…
 */
export async function own(objects: Objects, work: OwnObjects, cancel: Cancel): Promise<void> {
  const all = await look(objects, work, cancel);
  const open = new Set(owningOf(work, all).open.map(({ place }) => place));
  const { helm, managers = [] } = work.owner;
  for (const { place, object } of all) {
    if (object === undefined || !open.has(place)) continue;
    if (helm === undefined) {
      await takeOver(objects, place, ({ manager = '' }) => managers.includes(manager), cancel);
      continue;
    }
    const { resourceVersion, managedFields = [] } = object.metadata;
    const given = takenOver(managedFields, ({ manager = '' }) => helm.managers.includes(manager), helmManager);
    const fields = given === undefined ? {} : { managedFields: given };
    await objects.mergePatch(place, { metadata: { resourceVersion, ...helmMarks(helm), ...fields } }, cancel);
  }
}

async function look(objects: Objects, { objects: places }: OwnObjects, cancel: Cancel) {
  return await mapAtOnce(places, atOnce, async (place) => {
    const there = await isServed(objects, place, cancel);
    const object: KubeObject | undefined = there ? await objects.get(place, cancel) : undefined;
    return { place, object };
  });
}
