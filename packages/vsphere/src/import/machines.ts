import type { VcenterClient } from '../client/client.ts';
import { isFault } from '../client/fault.ts';
import { unescapeName } from '../property/inventory.ts';
import { retrieveAll } from '../property/retrieve.ts';
import { runTask } from '../property/task.ts';
import { arrayOf, boolean, dateTime, optional, raw, required, text } from '../xml/decode.ts';
import type { Reference } from '../xml/reference.ts';
import { importerOf, isTemporaryNameOf } from './temporary-name.ts';

/** A virtual machine or template in a folder. */
export interface Machine {
  readonly ref: Reference;
  readonly name: string;
  /** Marked as template. */
  readonly template: boolean;
  readonly poweredOn: boolean;
  readonly annotation: string;
  readonly createdAt: Date | undefined;
  readonly hasSnapshot: boolean;
  /** vCenter lets nobody remove it at the moment. */
  readonly locked: boolean;
}

/** Every virtual machine and template below a folder or datacenter. */
export async function findMachines(
  client: VcenterClient,
  container: Reference,
  options: { readonly recursive?: boolean; readonly cancel?: AbortSignal | undefined } = {},
): Promise<readonly Machine[]> {
  const fields = {
    name: required(text),
    // Missing for a machine that is just being made, or whose host is out of reach.
    'config.template': optional(boolean),
    'config.annotation': optional(text),
    'config.createDate': optional(dateTime),
    'runtime.powerState': optional(text),
    'snapshot.currentSnapshot': optional(raw),
    disabledMethod: optional(arrayOf(text)),
  };
  const found = await retrieveAll(client, container, 'VirtualMachine', fields, options);
  return found.map((one) => ({
    ref: one.ref,
    name: unescapeName(one.name),
    template: one['config.template'] === true,
    poweredOn: one['runtime.powerState'] !== undefined && one['runtime.powerState'] !== 'poweredOff',
    annotation: one['config.annotation'] ?? '',
    createdAt: one['config.createDate'],
    hasSnapshot: one['snapshot.currentSnapshot'] !== undefined,
    locked: one.disabledMethod?.includes('Destroy_Task') === true,
  }));
}

/**
 * Removes what cut imports of this template left in its folder: machines with a temporary name of it and the mark of an import
 * that no longer runs.
 *
 * @returns names: removed, those that vCenter would not let go (it removes them itself when their lease expires), and those of an import
 *   on another machine that may still run
 */
export async function removeLeftovers(
  client: VcenterClient,
  machines: readonly Machine[],
  name: string,
  cancel?: AbortSignal,
): Promise<Readonly<Record<'removed' | 'kept' | 'elsewhere', readonly string[]>>> {
  const removed: string[] = [];
  const kept: string[] = [];
  const elsewhere: string[] = [];
  for (const machine of machines) {
    if (!isTemporaryNameOf(machine.name, name) || machine.poweredOn) continue;
    const importer = importerOf(machine);
    if (importer === 'elsewhere') elsewhere.push(machine.name);
    if (importer !== 'ended') continue;
    const gone = await destroyMachine(client, machine.ref, cancel);
    (gone ? removed : kept).push(machine.name);
  }
  return { removed, kept, elsewhere };
}

/** Removes a machine with its disks. @returns false when vCenter is still busy with it; @throws other faults */
export async function destroyMachine(
  client: VcenterClient,
  machine: Reference,
  cancel?: AbortSignal,
): Promise<boolean> {
  try {
    await runTask(client, { method: 'Destroy_Task', on: machine }, { cancel });
    return true;
  } catch (error) {
    if (isFault(error, 'ManagedObjectNotFound')) return true;
    if (isFault(error, 'TaskInProgress', 'ResourceInUse', 'ConcurrentAccess', 'MethodDisabled', 'InvalidState'))
      return false;
    throw error;
  }
}
