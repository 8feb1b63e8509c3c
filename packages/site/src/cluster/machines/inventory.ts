import { boolean, managedObject, optional, required, text } from '@sealift/vsphere/decode';
import type { VcenterClient } from '@sealift/vsphere/client';
import { findByPath, unescapeName } from '@sealift/vsphere/inventory';
import { retrieveAll } from '@sealift/vsphere/retrieve';

/** A VM of a folder that is no template. */
export interface FolderMachine {
  readonly name: string;
  /** As a Machine's `providerID` names it, lower case. */
  readonly uuid: string;
}

const fields = {
  name: required(text),
  parent: optional(managedObject),
  'config.uuid': optional(text),
  'config.template': optional(boolean),
};

/** The VMs right in a folder, templates left out; undefined where the folder is not there or the account may not see it. */
export async function machinesIn(
  client: VcenterClient,
  folder: string,
  cancel: AbortSignal,
): Promise<readonly FolderMachine[] | undefined> {
  const ref = await findByPath(client, folder, cancel);
  if (ref?.type !== 'Folder') return undefined;
  const found = await retrieveAll(client, ref, 'VirtualMachine', fields, { recursive: false, cancel });
  return found
    .filter((one) => one['config.template'] !== true)
    .map((one) => ({ name: unescapeName(one.name), uuid: (one['config.uuid'] ?? '').toLowerCase() }));
}
