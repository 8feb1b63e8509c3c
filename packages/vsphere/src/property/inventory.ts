import { type VcenterClient } from '../client/client.ts';
import { maybe } from '../client/result.ts';
import { managedObject, optional, required, text } from '../xml/decode.ts';
import { element } from '../xml/encode.ts';
import type { Reference } from '../xml/reference.ts';
import { retrieve } from './retrieve.ts';

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
  return (await pathsOf(client, [ref], cancel)).get(ref.value) ?? '/';
}

/** Deeper than any inventory: a server whose parents go round is given up on. */
const depthLimit = 100;

/** Inventory paths of objects, by their ids; a level of parents is asked for at a time, so it takes as many calls as the inventory is deep. */
export async function pathsOf(
  client: VcenterClient,
  refs: readonly Reference[],
  cancel?: AbortSignal,
): Promise<ReadonlyMap<string, string>> {
  const root = client.content.rootFolder.value;
  const fields = { name: required(text), parent: optional(managedObject) };
  const known = new Map<string, { readonly name: string; readonly parent: Reference | undefined }>();
  let wanted = refs;
  for (let depth = 0; wanted.length > 0 && depth < depthLimit; depth += 1) {
    const asked = new Map(
      wanted.filter(({ value }) => value !== root && !known.has(value)).map((ref) => [ref.value, ref]),
    );
    const found = await retrieve(client, 'ManagedEntity', [...asked.values()], fields, cancel);
    for (const { ref, name, parent } of found) known.set(ref.value, { name, parent });
    wanted = found.flatMap(({ parent }) => (parent === undefined ? [] : [parent]));
  }
  return new Map(
    refs.map(({ value }) => {
      const names: string[] = [];
      for (let at: string | undefined = value; at !== undefined && at !== root && names.length < depthLimit; ) {
        const found = known.get(at);
        if (found !== undefined) names.unshift(found.name);
        at = found?.parent?.value;
      }
      return [value, `/${names.join('/')}`];
    }),
  );
}

/** A name as vCenter stores it: `%`, `/` and `\` are escaped (vSphere Web Services API, `ManagedEntity.name`). */
export function escapeName(name: string): string {
  return name.replaceAll('%', '%25').replaceAll('/', '%2f').replaceAll('\\', '%5c');
}

/** A stored name as people write it. */
export function unescapeName(stored: string): string {
  return stored.replaceAll(/%(?:2f|5c|25)/gi, (escape) => characters[escape.toLowerCase()] ?? escape);
}

const characters: Readonly<Record<string, string>> = { '%2f': '/', '%5c': '\\', '%25': '%' };
