import { type VcenterClient } from '../client/client.ts';
import { maybe } from '../client/result.ts';
import { managedObject, optional, required, text } from '../xml/decode.ts';
import { element } from '../xml/encode.ts';
import type { Reference } from '../xml/reference.ts';
import { retrieveOne } from './retrieve.ts';

/**
 * The object at an inventory path such as `/DC0/vm/spectro-templates` (`FindByInventoryPath`); undefined when there is none
 * or the account may not see it. Slashes within a name are written as `%2f`, as vCenter does.
 */
export async function findByPath(
  client: VcenterClient,
  path: string,
  cancel?: AbortSignal,
): Promise<Reference | undefined> {
  const { searchIndex } = client.content;
  if (searchIndex === undefined) throw new TypeError('this server has no search index');
  return await client.call({
    method: 'FindByInventoryPath',
    on: searchIndex,
    args: [element('inventoryPath', path.replace(/^\//, ''))],
    result: maybe(managedObject),
    repeatable: true,
    cancel,
  });
}

/** The inventory path of an object, from the datacenters' folder down: `/DC0/vm/spectro-templates/r_u-2204`. */
export async function pathOf(client: VcenterClient, ref: Reference, cancel?: AbortSignal): Promise<string> {
  const names: string[] = [];
  for (let at: Reference | undefined = ref; at !== undefined && names.length < 100; ) {
    if (at.value === client.content.rootFolder.value) break;
    const { name, parent }: { name: string; parent: Reference | undefined } = await retrieveOne(
      client,
      at,
      { name: required(text), parent: optional(managedObject) },
      cancel,
    );
    names.unshift(name);
    at = parent;
  }
  return `/${names.join('/')}`;
}

/** A name as vCenter stores it: `%`, `/` and `\` are escaped (vSphere Web Services API, `ManagedEntity.name`). */
export function escapeName(name: string): string {
  return name.replaceAll('%', '%25').replaceAll('/', '%2f').replaceAll('\\', '%5c');
}

/** A stored name as people write it. */
export function unescapeName(stored: string): string {
  return stored.replaceAll(/%2f/gi, '/').replaceAll(/%5c/gi, '\\').replaceAll('%25', '%');
}
