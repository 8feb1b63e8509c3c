import { preDrainHook } from '@sealift/kubernetes/cluster-api-names';
import type { Machine } from '@sealift/kubernetes/machine';
import type { Objects } from '@sealift/kubernetes/objects';

/** Keeps a machine that is deleted from being drained until Sealift has seen that its successor is right. */
export const hookAnnotation = `${preDrainHook}/sealift`;

export function isHooked({ annotations }: Machine): boolean {
  return Object.hasOwn(annotations, hookAnnotation);
}

/** Sets the hook. @throws KUBERNETES_… */
export async function hook(objects: Objects, machine: Machine, cancel: AbortSignal): Promise<void> {
  if (isHooked(machine)) return;
  await objects.mergePatch(machine.ref, { metadata: { annotations: { [hookAnnotation]: 'sealift' } } }, cancel);
}

/** Takes the hook away; a machine that is gone by now has none. @throws KUBERNETES_… */
export async function unhook(objects: Objects, machine: Machine, cancel: AbortSignal): Promise<void> {
  if (!isHooked(machine)) return;
  if ((await objects.get(machine.ref, cancel)) === undefined) return;
  // With its uid, so that one of the same name that was made since is left alone.
  const metadata = { uid: machine.uid, annotations: { [hookAnnotation]: null } };
  await objects.mergePatch(machine.ref, { metadata }, cancel);
}
