import { membersOf, type SetField, valuesAt } from '@sealift/core/release';
import type { KubeObject } from '@sealift/kubernetes/object';
import type { Objects } from '@sealift/kubernetes/objects';
import { refusedSetting, settingOf } from '@sealift/upgrade/declared/setting';
import type { Cancel } from '@sealift/upgrade/ports/cancel';
import type { Standing } from '@sealift/upgrade/ports/declared';
import { isServed } from './find-objects.ts';

/** How far the field is. @throws DECLARED_STEP_REFUSED, KUBERNETES_… */
export async function settingStanding(objects: Objects, work: SetField, cancel: Cancel): Promise<Standing> {
  return settingOf(work, valueIn(await look(objects, work, cancel), work));
}

/** Sets it, where the object is still as it was read. @throws DECLARED_STEP_REFUSED, KUBERNETES_CONFLICT, KUBERNETES_… */
export async function setField(objects: Objects, work: SetField, cancel: Cancel): Promise<void> {
  const live = await look(objects, work, cancel);
  if (settingOf(work, valueIn(live, work)).state !== 'act') return;
  const content = namesOf(work).reduceRight<unknown>((value, name) => ({ [name]: value }), work.to) as object;
  const { resourceVersion } = live.metadata;
  await objects.mergePatch(work.object, { ...content, metadata: { resourceVersion } }, cancel);
}

async function look(objects: Objects, work: SetField, cancel: Cancel): Promise<KubeObject> {
  const live = (await isServed(objects, work.object, cancel)) ? await objects.get(work.object, cancel) : undefined;
  if (live === undefined) throw refusedSetting(work, 'it is not there', 'Find out who removed it.');
  return live;
}

function valueIn(live: KubeObject, work: SetField): unknown {
  return valuesAt(
    live,
    namesOf(work).map((name) => ({ kind: 'member', name })),
  )[0];
}

function namesOf({ field }: SetField): readonly string[] {
  return membersOf(field) ?? [];
}
