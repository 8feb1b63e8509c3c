import { setTimeout as sleep } from 'node:timers/promises';
import { isSealiftError } from '@sealift/core/errors';
import type { VcenterClient } from '../client/client.ts';
import { nothing } from '../client/result.ts';
import { escapeName } from '../property/inventory.ts';
import { retrieveOne } from '../property/retrieve.ts';
import { runTask } from '../property/task.ts';
import { boolean, managedObject, optional, raw, required, text } from '../xml/decode.ts';
import { element, reference } from '../xml/encode.ts';
import { type Reference, sameReference } from '../xml/reference.ts';

/** Name of the snapshot that clones of a template are linked to. */
const snapshotName = 'sealift';
const repeatAfterMs = [100, 2000];

/**
 * Takes the snapshot that linked clones need, unless there is one. Not possible on a template, so it comes before the mark.
 */
export async function ensureSnapshot(client: VcenterClient, machine: Reference, cancel?: AbortSignal): Promise<void> {
  const there = async (): Promise<boolean> => {
    const found = await retrieveOne(client, machine, { 'snapshot.currentSnapshot': optional(raw) }, cancel);
    return found['snapshot.currentSnapshot'] !== undefined;
  };
  await ensure(there, cancel, async () => {
    const args = [
      element('name', snapshotName),
      element('description', 'For linked clones of this template; keep it.'),
      element('memory', false),
      element('quiesce', false),
    ];
    await runTask(client, { method: 'CreateSnapshot_Task', on: machine, args }, { cancel });
  });
}

/** Marks a virtual machine that is powered off as template (`MarkAsTemplate`), unless it is one. */
export async function ensureTemplate(client: VcenterClient, machine: Reference, cancel?: AbortSignal): Promise<void> {
  const there = async (): Promise<boolean> =>
    (await retrieveOne(client, machine, { 'config.template': optional(boolean) }, cancel))['config.template'] === true;
  await ensure(there, cancel, () => client.call({ method: 'MarkAsTemplate', on: machine, result: nothing, cancel }));
}

/** Makes a template a virtual machine again (`MarkAsVirtualMachine`), unless it is one: snapshots are taken of machines only. */
export async function ensureMachine(
  client: VcenterClient,
  machine: Reference,
  resourcePool: Reference,
  cancel?: AbortSignal,
): Promise<void> {
  const there = async (): Promise<boolean> =>
    (await retrieveOne(client, machine, { 'config.template': optional(boolean) }, cancel))['config.template'] !== true;
  const args = [reference('pool', resourcePool)];
  await ensure(there, cancel, () =>
    client.call({ method: 'MarkAsVirtualMachine', on: machine, args, result: nothing, cancel }),
  );
}

/** Moves a machine into a folder (`MoveIntoFolder_Task`), unless it is there. */
export async function ensureFolder(
  client: VcenterClient,
  machine: Reference,
  folder: Reference,
  cancel?: AbortSignal,
): Promise<void> {
  const there = async (): Promise<boolean> => {
    const { parent } = await retrieveOne(client, machine, { parent: optional(managedObject) }, cancel);
    return parent !== undefined && sameReference(parent, folder);
  };
  await ensure(there, cancel, async () => {
    await runTask(
      client,
      { method: 'MoveIntoFolder_Task', on: folder, args: [reference('list', machine)] },
      { cancel },
    );
  });
}

/** Writes the annotation (`ReconfigVM_Task`), unless it is already so. */
export async function ensureAnnotation(
  client: VcenterClient,
  machine: Reference,
  annotation: string,
  cancel?: AbortSignal,
): Promise<void> {
  const there = async (): Promise<boolean> => {
    const found = await retrieveOne(client, machine, { 'config.annotation': optional(text) }, cancel);
    return (found['config.annotation'] ?? '').replaceAll('\r\n', '\n') === annotation;
  };
  await ensure(there, cancel, async () => {
    const args = [element('spec', [element('annotation', annotation)])];
    await runTask(client, { method: 'ReconfigVM_Task', on: machine, args }, { cancel });
  });
}

/** Gives a machine its name (`Rename_Task`), unless it has it. @throws VSPHERE_NAME_TAKEN */
export async function ensureName(
  client: VcenterClient,
  machine: Reference,
  name: string,
  cancel?: AbortSignal,
): Promise<void> {
  const stored = escapeName(name);
  const there = async (): Promise<boolean> =>
    (await retrieveOne(client, machine, { name: required(text) }, cancel)).name === stored;
  await ensure(there, cancel, async () => {
    await runTask(client, { method: 'Rename_Task', on: machine, args: [element('newName', stored)] }, { cancel });
  });
}

/** Looks, acts, and looks again when the line was cut: an effect whose answer was lost is not repeated. */
async function ensure(
  there: () => Promise<boolean>,
  cancel: AbortSignal | undefined,
  act: () => Promise<void>,
): Promise<void> {
  for (let attempt = 0; ; attempt += 1) {
    if (await there()) return;
    try {
      return await act();
    } catch (error) {
      const delayMs = repeatAfterMs[attempt];
      if (delayMs === undefined || !isSealiftError(error, 'VSPHERE_UNREACHABLE')) throw error;
      await sleep(delayMs, undefined, { signal: cancel }).catch(() => undefined);
    }
  }
}
