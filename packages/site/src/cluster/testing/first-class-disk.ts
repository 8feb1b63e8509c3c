import type { VcenterClient } from '@sealift/vsphere/client';
import { managedObject, type XmlElement } from '@sealift/vsphere/decode';
import { element, type XmlNode } from '@sealift/vsphere/encode';
import { findByPath } from '@sealift/vsphere/inventory';
import { waitForTask } from '@sealift/vsphere/task';

/** Puts a First Class Disk into the device list of a VM, as the CSI driver's attach does (`ReconfigVM_Task`). */
export async function attachDisk(client: VcenterClient, vm: string, id: string): Promise<void> {
  const backing = element(
    'backing',
    [element('fileName', `[LocalDS_0] ${id}.vmdk`), element('diskMode', 'independent_persistent')],
    'VirtualDiskFlatVer2BackingInfo',
  );
  // A negative key: the server gives it one. The device's own fields come before those of a disk.
  const device = [
    element('key', keyOf(id)),
    backing,
    element('controllerKey', 202),
    element('unitNumber', -1),
    element('capacityInKB', 1024),
    element('vDiskId', [element('id', id)]),
  ];
  await change(client, vm, [
    element('operation', 'add'),
    element('fileOperation', 'create'),
    element('device', device, 'VirtualDisk'),
  ]);
}

/** Takes it out again; its file stays. */
export async function detachDisk(client: VcenterClient, vm: string, id: string): Promise<void> {
  const device = element('device', [element('key', keyOf(id))], 'VirtualDisk');
  await change(client, vm, [element('operation', 'remove'), device]);
}

function keyOf(id: string): number {
  return 9000 + id.length;
}

async function change(client: VcenterClient, vm: string, spec: readonly XmlNode[]): Promise<void> {
  const on = await findByPath(client, vm);
  if (on === undefined) throw new Error(`there is no ${vm}`);
  const task = await client.call({
    method: 'ReconfigVM_Task',
    on,
    args: [element('spec', [element('deviceChange', spec, 'VirtualDeviceConfigSpec')])],
    result: ([first]: readonly XmlElement[]) => {
      if (first === undefined) throw new Error('no task');
      return managedObject(first);
    },
  });
  await waitForTask(client, task);
}
