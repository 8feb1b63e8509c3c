import { SealiftError } from '@sealift/core/errors';
import { z } from 'zod';
import { type KubeObject, nameOf, referenceOf } from '../objects/object.ts';
import type { Objects } from '../objects/objects.ts';

/** Holds what annotations were before they were set for a while, beside them, so that a crash loses nothing. */
export const heldAnnotation = 'sealift.dev/held';

const heldSchema = z.object({
  format: z.literal(1),
  was: z.record(z.string(), z.string().nullable()),
  set: z.record(z.string(), z.string()),
});

/** Whether annotations of an object are set for a while. */
export function isHeld({ metadata }: KubeObject): boolean {
  return Object.hasOwn(metadata.annotations ?? {}, heldAnnotation);
}

/**
 * Sets annotations for a while. What they were is written in the same patch. An object that is held already is left as it is.
 *
 * @throws KUBERNETES_CONFLICT where the object changed since it was read; KUBERNETES_…
 */
export async function hold(
  objects: Objects,
  object: KubeObject,
  set: Readonly<Record<string, string>>,
  cancel?: AbortSignal,
): Promise<void> {
  if (isHeld(object)) return;
  const { annotations = {}, resourceVersion } = object.metadata;
  const was = Object.fromEntries(
    Object.keys(set).map((name) => [name, Object.hasOwn(annotations, name) ? (annotations[name] ?? null) : null]),
  );
  const held = JSON.stringify({ format: 1, was, set });
  const body = { metadata: { resourceVersion, annotations: { ...set, [heldAnnotation]: held } } };
  await objects.mergePatch(referenceOf(object), body, cancel);
}

/**
 * Puts the annotations of an object back as they were, those that nobody else has changed meanwhile. One that is not held is left as it is.
 *
 * @throws RECORD_DAMAGED; KUBERNETES_CONFLICT where the object changed since it was read; KUBERNETES_…
 */
export async function putBack(objects: Objects, object: KubeObject, cancel?: AbortSignal): Promise<void> {
  if (!isHeld(object)) return;
  const { annotations = {}, resourceVersion } = object.metadata;
  const { was, set } = readHeld(object);
  const untouched = Object.entries(set).filter(([name, value]) => annotations[name] === value);
  const back = Object.fromEntries(untouched.map(([name]) => [name, was[name] ?? null]));
  const body = { metadata: { resourceVersion, annotations: { ...back, [heldAnnotation]: null } } };
  await objects.mergePatch(referenceOf(object), body, cancel);
}

/** What can't be read says nothing of what was there; to let go of it anyway would leave things as we set them, for good and unseen. */
function readHeld(object: KubeObject): z.infer<typeof heldSchema> {
  const text = object.metadata.annotations?.[heldAnnotation] ?? '';
  try {
    return heldSchema.parse(JSON.parse(text));
  } catch (cause) {
    const what = `the annotation ${heldAnnotation} of ${nameOf(referenceOf(object))}`;
    throw new SealiftError('RECORD_DAMAGED', { values: { what, reason: 'it is not what was written' }, cause });
  }
}
