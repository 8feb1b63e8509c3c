import { SealiftError } from '@sealift/core/errors';
import type { VcenterClient } from '../client/client.ts';
import { isFault } from '../client/fault.ts';
import { only } from '../client/result.ts';
import { escapeName, pathOf, unescapeName } from '../property/inventory.ts';
import { retrieveAll, retrieveIfThere } from '../property/retrieve.ts';
import { managedObject, required, text } from '../xml/decode.ts';
import { element } from '../xml/encode.ts';
import type { Reference } from '../xml/reference.ts';
import { segmentsOf } from './choose.ts';
import type { Datacenter } from './places.ts';

/** The folder in which the platform looks for its templates. */
export const defaultFolder = 'spectro-templates';

/** The VM folder of the templates. */
export interface TemplateFolder {
  readonly datacenter: Datacenter;
  /** Inventory path. */
  readonly path: string;
  /** Undefined when it is not there yet. */
  readonly ref: Reference | undefined;
}

/**
 * Finds the folder of the templates.
 *
 * @param folder a path below the datacenter's VM folder, a whole path, or a managed object id; `%2f`, `%5c` and `%25` in a path are
 *   characters of a name
 * @throws VSPHERE_PLACE_UNKNOWN when the path leads to something else than a folder, or out of the VM folders of the datacenter
 */
export async function findTemplateFolder(
  client: VcenterClient,
  datacenter: Datacenter,
  folder: string = defaultFolder,
  cancel?: AbortSignal,
): Promise<TemplateFolder> {
  const base = await pathOf(client, datacenter.vmFolder, cancel);
  const segments = belowVmFolder(folder, base);
  let at: Reference | undefined = datacenter.vmFolder;
  for (const segment of segments)
    at = at === undefined ? undefined : await childFolder(client, at, segment, folder, cancel);
  if (at === undefined) {
    const byId = await folderById(client, folder, base, cancel);
    if (byId !== undefined) return { datacenter, ...byId };
  }
  return { datacenter, path: [base, ...segments.map(escapeName)].join('/'), ref: at };
}

/** Makes the folder, each level that is missing. @returns its reference */
export async function createTemplateFolder(
  client: VcenterClient,
  datacenter: Datacenter,
  folder: string = defaultFolder,
  cancel?: AbortSignal,
): Promise<Reference> {
  const found = await findTemplateFolder(client, datacenter, folder, cancel);
  if (found.ref !== undefined) return found.ref;
  let at = datacenter.vmFolder;
  for (const segment of belowVmFolder(folder, await pathOf(client, at, cancel))) {
    const parent = at;
    const find = () => childFolder(client, parent, segment, folder, cancel);
    // vCenter escapes the name itself; what looks like an escape is kept apart from one.
    const args = [element('name', segment.replaceAll(/%(?=2f|5c|25)/gi, '%25'))];
    const create = { method: 'CreateFolder', on: parent, args, result: only(managedObject), cancel };
    at =
      (await find()) ??
      (await client.call(create).catch(async (error: unknown) => {
        // Somebody else made it meanwhile.
        const made = isFault(error, 'DuplicateName') ? await find() : undefined;
        if (made === undefined) throw error;
        return made;
      }));
  }
  return at;
}

/** The names of a path below the datacenter's VM folder. @throws VSPHERE_PLACE_UNKNOWN for a whole path that leads elsewhere */
function belowVmFolder(folder: string, base: string): readonly string[] {
  const given = segmentsOf(folder);
  if (!folder.startsWith('/')) return given;
  const start = segmentsOf(base);
  if (start.every((segment, index) => segment === given[index])) return given.slice(start.length);
  throw unknownFolder(folder, `VM folders below ${base}`);
}

async function childFolder(
  client: VcenterClient,
  parent: Reference,
  name: string,
  folder: string,
  cancel: AbortSignal | undefined,
): Promise<Reference | undefined> {
  const children = await retrieveAll(
    client,
    parent,
    'ManagedEntity',
    { name: required(text) },
    { recursive: false, cancel },
  );
  const found = children.filter((child) => unescapeName(child.name) === name);
  const [first] = found;
  const isFolder = found.find(({ ref }) => ref.type === 'Folder');
  if (isFolder !== undefined || first === undefined) return isFolder?.ref;
  throw unknownFolder(folder, `a ${first.ref.type} of that name`);
}

async function folderById(client: VcenterClient, folder: string, base: string, cancel: AbortSignal | undefined) {
  const value = /^(?:Folder:)?(group-v?\w{1,80})$/.exec(folder)?.[1];
  if (value === undefined) return undefined;
  const ref = { type: 'Folder', value };
  if ((await retrieveIfThere(client, ref, { name: required(text) }, cancel)) === undefined) return undefined;
  const path = await pathOf(client, ref, cancel);
  if (path !== base && !path.startsWith(`${base}/`)) throw unknownFolder(folder, `VM folders below ${base}`);
  return { ref, path };
}

function unknownFolder(folder: string, choices: string): SealiftError {
  const values = { what: 'VM folder', name: JSON.stringify(folder), choices, option: '--folder' };
  return new SealiftError('VSPHERE_PLACE_UNKNOWN', { place: values.option, values });
}
