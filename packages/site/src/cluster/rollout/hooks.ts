import { preDrainHook, preTerminateHook } from '@sealift/kubernetes/cluster-api-names';
import type { Machine } from '@sealift/kubernetes/machine';
import type { Objects } from '@sealift/kubernetes/objects';

/** What a machine that is being taken away is held before: its drain, and the deletion of its VM. */
export type HeldBefore = 'drain' | 'deletion';

/**
 * Keep a machine that is deleted from being drained until Sealift has seen that its successor is right, and its VM from being deleted
 * until no volume is on it.
 */
export const hookAnnotations: Readonly<Record<HeldBefore, string>> = {
  drain: `${preDrainHook}/sealift`,
  deletion: `${preTerminateHook}/sealift`,
};

/** Whether a machine is held, before one thing or before any. */
export function isHooked({ annotations }: Machine, before?: HeldBefore): boolean {
  const names = before === undefined ? Object.values(hookAnnotations) : [hookAnnotations[before]];
  return names.some((name) => Object.hasOwn(annotations, name));
}

/** Sets both hooks. @throws KUBERNETES_… */
export async function hook(objects: Objects, machine: Machine, cancel: AbortSignal): Promise<void> {
  const missing = Object.values(hookAnnotations).filter((name) => !Object.hasOwn(machine.annotations, name));
  if (missing.length === 0) return;
  const annotations = Object.fromEntries(missing.map((name) => [name, 'sealift']));
  await objects.mergePatch(machine.ref, { metadata: { annotations } }, cancel);
}

/** Lets a machine be drained or its VM be deleted, or both. */
export interface Release {
  readonly machine: Machine;
  readonly before: readonly HeldBefore[];
}

/** Takes hooks away; a machine that is gone by now has none. @throws KUBERNETES_… */
export async function unhook(objects: Objects, { machine, before }: Release, cancel: AbortSignal): Promise<void> {
  const there = before.filter((one) => isHooked(machine, one));
  if (there.length === 0) return;
  if ((await objects.get(machine.ref, cancel)) === undefined) return;
  const annotations = Object.fromEntries(there.map((one) => [hookAnnotations[one], null]));
  // With its uid, so that one of the same name that was made since is left alone.
  await objects.mergePatch(machine.ref, { metadata: { uid: machine.uid, annotations } }, cancel);
}
