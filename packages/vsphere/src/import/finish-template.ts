import { SealiftError } from '@sealift/core/errors';
import type { VcenterClient } from '../client/client.ts';
import { nothing } from '../client/result.ts';
import { escapeName, unescapeName } from '../property/inventory.ts';
import { retrieveOne } from '../property/retrieve.ts';
import { runTask } from '../property/task.ts';
import { boolean, managedObject, optional, raw, required, text } from '../xml/decode.ts';
import { element, reference } from '../xml/encode.ts';
import { type Reference, sameReference } from '../xml/reference.ts';
import { ensure, type FinishOptions } from './ensure.ts';

/** Name of the snapshot that clones of a template are linked to. */
const snapshotName = 'sealift';
/**
 * Makes a template of a machine that is powered off: snapshot, then mark. A template that lacks its snapshot is made a machine of a
 * resource pool for a moment, for snapshots are taken of machines only.
 *
 * @param pool asked only where it is needed
 * @throws VSPHERE_TEMPLATE_POWERED_ON, VSPHERE_…, CANCELLED
 */
export async function completeTemplate(
  client: VcenterClient,
  machine: Reference,
  pool: () => Promise<Reference>,
  options: FinishOptions = {},
): Promise<void> {
  const fields = {
    name: required(text),
    'config.template': optional(boolean),
    'runtime.powerState': optional(text),
    'snapshot.currentSnapshot': optional(raw),
  };
  const found = await retrieveOne(client, machine, fields, options.cancel);
  if ((found['runtime.powerState'] ?? 'poweredOff') !== 'poweredOff') {
    throw new SealiftError('VSPHERE_TEMPLATE_POWERED_ON', { values: { name: unescapeName(found.name) } });
  }
  if (found['config.template'] === true && found['snapshot.currentSnapshot'] === undefined) {
    await ensureMachine(client, machine, await pool(), options);
  }
  await ensureSnapshot(client, machine, options);
  await ensureTemplate(client, machine, options);
}

/**
 * Takes the snapshot that linked clones need, unless there is one. Not possible on a template, so it comes before the mark.
 */
async function ensureSnapshot(client: VcenterClient, machine: Reference, options: FinishOptions): Promise<void> {
  const { cancel } = options;
  const there = async (): Promise<boolean> => {
    const found = await retrieveOne(client, machine, { 'snapshot.currentSnapshot': optional(raw) }, cancel);
    return found['snapshot.currentSnapshot'] !== undefined;
  };
  await ensure(there, options, async () => {
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
async function ensureTemplate(client: VcenterClient, machine: Reference, options: FinishOptions): Promise<void> {
  const { cancel } = options;
  const there = async (): Promise<boolean> =>
    (await retrieveOne(client, machine, { 'config.template': optional(boolean) }, cancel))['config.template'] === true;
  await ensure(there, options, () => client.call({ method: 'MarkAsTemplate', on: machine, result: nothing, cancel }));
}

/** Makes a template a virtual machine again (`MarkAsVirtualMachine`), unless it is one: snapshots are taken of machines only. */
async function ensureMachine(
  client: VcenterClient,
  machine: Reference,
  resourcePool: Reference,
  options: FinishOptions = {},
): Promise<void> {
  const { cancel } = options;
  const there = async (): Promise<boolean> =>
    (await retrieveOne(client, machine, { 'config.template': optional(boolean) }, cancel))['config.template'] !== true;
  const args = [reference('pool', resourcePool)];
  await ensure(there, options, () =>
    client.call({ method: 'MarkAsVirtualMachine', on: machine, args, result: nothing, cancel }),
  );
}

/** Moves a machine into a folder (`MoveIntoFolder_Task`), unless it is there. */
export async function ensureFolder(
  client: VcenterClient,
  machine: Reference,
  folder: Reference,
  options: FinishOptions = {},
): Promise<void> {
  const { cancel } = options;
  const there = async (): Promise<boolean> => {
    const { parent } = await retrieveOne(client, machine, { parent: optional(managedObject) }, cancel);
    return parent !== undefined && sameReference(parent, folder);
  };
  await ensure(there, options, async () => {
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
  options: FinishOptions = {},
): Promise<void> {
  const { cancel } = options;
  const there = async (): Promise<boolean> => {
    const found = await retrieveOne(client, machine, { 'config.annotation': optional(text) }, cancel);
    return (found['config.annotation'] ?? '').replaceAll('\r\n', '\n') === annotation;
  };
  await ensure(there, options, async () => {
    const args = [element('spec', [element('annotation', annotation)])];
    await runTask(client, { method: 'ReconfigVM_Task', on: machine, args }, { cancel });
  });
}

/** Gives a machine its name (`Rename_Task`), unless it has it. @throws VSPHERE_NAME_TAKEN */
export async function ensureName(
  client: VcenterClient,
  machine: Reference,
  name: string,
  options: FinishOptions = {},
): Promise<void> {
  const { cancel } = options;
  const stored = escapeName(name);
  const there = async (): Promise<boolean> =>
    (await retrieveOne(client, machine, { name: required(text) }, cancel)).name === stored;
  await ensure(there, options, async () => {
    await runTask(client, { method: 'Rename_Task', on: machine, args: [element('newName', stored)] }, { cancel });
  });
}
