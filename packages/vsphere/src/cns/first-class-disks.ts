import type { VcenterClient } from '../client/client.ts';
import { all } from '../client/result.ts';
import { pathsOf } from '../property/inventory.ts';
import { retrieve } from '../property/retrieve.ts';
import { arrayOf, managedObject, optional, record, required, text } from '../xml/decode.ts';
import { element } from '../xml/encode.ts';

/** A disk that has an identity of its own (First Class Disk): a volume of CNS, not a part of the VM that it is attached to. */
export interface FirstClassDisk {
  readonly id: string;
  /** Such as `Hard disk 2`; empty where vCenter says none. */
  readonly label: string;
}

/** A VM, and the first-class disks in its device list. */
export interface MachineDisks {
  /** Inventory path. */
  readonly path: string;
  /** Undefined where the device list is not to be had: it may not be read, or the files of the VM are out of reach. */
  readonly disks: readonly FirstClassDisk[] | undefined;
}

const device = record({
  vDiskId: optional(record({ id: required(text) })),
  deviceInfo: optional(record({ label: optional(text) })),
});
// A device list that may not be read must not look like an empty one.
const fields = { 'config.hardware.device': optional(arrayOf(device)) };

/**
 * Every VM with a BIOS UUID that the account can see, each with its first-class disks (`FindAllByUuid`; `VirtualDisk.vDiskId`, which only
 * these have).
 *
 * @throws VSPHERE_…
 */
export async function disksByUuid(
  client: VcenterClient,
  uuid: string,
  cancel?: AbortSignal,
): Promise<readonly MachineDisks[]> {
  const { searchIndex } = client.content;
  if (searchIndex === undefined) throw new TypeError('this server has no search index');
  const refs = await client.call({
    method: 'FindAllByUuid',
    on: searchIndex,
    args: [element('uuid', uuid), element('vmSearch', true), element('instanceUuid', false)],
    result: all(managedObject),
    repeatable: true,
    cancel,
  });
  const found = await retrieve(client, 'VirtualMachine', refs, fields, cancel);
  const paths = await pathsOf(client, refs, cancel);
  return found.map((one) => ({
    path: paths.get(one.ref.value) ?? one.ref.value,
    disks: one['config.hardware.device']?.flatMap(diskOf),
  }));
}

function diskOf({ vDiskId, deviceInfo }: ReturnType<typeof device>): FirstClassDisk[] {
  return vDiskId === undefined ? [] : [{ id: vDiskId.id, label: deviceInfo?.label ?? '' }];
}
