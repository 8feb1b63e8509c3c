import { SealiftError } from '@sealift/core/errors';
import type { VcenterClient } from '../client/client.ts';
import { escapeName, unescapeName } from '../property/inventory.ts';
import { retrieveAll } from '../property/retrieve.ts';
import { required, text } from '../xml/decode.ts';
import type { TemplateFolder } from './template-folder.ts';

/** Names of virtual machines have at most so many characters (vSphere Web Services API, `VirtualMachineConfigSpec.name`). */
export const maxNameLength = 80;

/** A name that vCenter takes for a machine. @throws VSPHERE_NAME_INVALID */
export function checkedName(name: string): string {
  const tooLong = Array.from(name).length > maxNameLength;
  if (!tooLong && name.trim() !== '' && !/\p{C}/u.test(name)) return name;
  throw new SealiftError('VSPHERE_NAME_INVALID', { values: { name: JSON.stringify(name.slice(0, 200)) } });
}

/**
 * Whether the name is free in the folder, where vCenter takes names that differ only in case for the same, and folders, machines and
 * vApps share one space of names.
 *
 * @throws VSPHERE_NAME_TAKEN by what
 */
export async function refuseTakenName(
  client: VcenterClient,
  { ref, path }: TemplateFolder,
  name: string,
  cancel?: AbortSignal,
): Promise<void> {
  if (ref === undefined) return;
  const fields = { name: required(text) };
  const children = await retrieveAll(client, ref, 'ManagedEntity', fields, { recursive: false, cancel });
  const holder = children.find((child) => unescapeName(child.name).toLowerCase() === name.toLowerCase());
  if (holder === undefined) return;
  const object = `the ${words[holder.ref.type] ?? holder.ref.type} ${path}/${escapeName(unescapeName(holder.name))}`;
  throw new SealiftError('VSPHERE_NAME_TAKEN', {
    values: { name: JSON.stringify(name), object },
    place: client.url.origin,
  });
}

const words: Readonly<Record<string, string>> = { Folder: 'folder', VirtualMachine: 'machine', VirtualApp: 'vApp' };
