import { setTimeout as sleep } from 'node:timers/promises';
import { isSealiftError } from '@sealift/core/errors';
import type { VcenterClient } from '../client/client.ts';
import { nothing } from '../client/result.ts';
import { escapeName } from '../property/inventory.ts';
import { retrieveOne } from '../property/retrieve.ts';
import { runTask } from '../property/task.ts';
import { boolean, optional, raw, required, text } from '../xml/decode.ts';
import { element } from '../xml/encode.ts';
import type { Reference } from '../xml/reference.ts';

/** Name of the snapshot that clones of a template are linked to. */
const snapshotName = 'sealift';
const repeats = 3;
const repeatAfterMs = 1000;

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
  for (let attempt = 1; ; attempt += 1) {
    if (await there()) return;
    try {
      return await act();
    } catch (error) {
      if (attempt === repeats || !isSealiftError(error, 'VSPHERE_UNREACHABLE')) throw error;
      await sleep(repeatAfterMs, undefined, { signal: cancel }).catch(() => undefined);
    }
  }
}
