import type { VcenterClient } from '../client/client.ts';
import { isFault } from '../client/fault.ts';
import { maybe, nothing, only } from '../client/result.ts';
import { type Fields, many, managedObject, optional, record, text } from '../xml/decode.ts';
import { element, reference, type XmlNode } from '../xml/encode.ts';
import type { Reference } from '../xml/reference.ts';
import { decodeObject, objectContent, type ObjectProperties, propertySpec } from './properties.ts';

/** Objects in one page; a page of this many virtual machines stays far below the limit of an answer. */
const defaultPageSize = 500;
/** Pages that are read at most: a server that never ends its listing is given up on. */
const pageLimit = 1000;

const retrieveResult = record({ token: optional(text), objects: many(objectContent) });

/**
 * Reads properties of objects that are known (`RetrievePropertiesEx`, all pages).
 *
 * @param type the type that the objects have, or a common base type such as `ManagedEntity`
 * @param fields by property path: `{ name: required(text), 'runtime.powerState': optional(text) }`
 * @throws VSPHERE_OBJECT_GONE when one does not exist; VSPHERE_PERMISSION_DENIED when a required property may not be read
 */
export async function retrieve<const Shape extends Fields>(
  client: VcenterClient,
  type: string,
  refs: readonly Reference[],
  fields: Shape,
  cancel?: AbortSignal,
): Promise<readonly ObjectProperties<Shape>[]> {
  if (refs.length === 0) return [];
  const objects = refs.map((ref) => element('objectSet', [reference('obj', ref), element('skip', false)]));
  return await client.inSession(() => pages(client, { type, objects, fields, pageSize: defaultPageSize, cancel }));
}

/** Reads properties of one object. @throws as `retrieve` */
export async function retrieveOne<const Shape extends Fields>(
  client: VcenterClient,
  ref: Reference,
  fields: Shape,
  cancel?: AbortSignal,
): Promise<ObjectProperties<Shape>> {
  const [found] = await retrieve(client, ref.type, [ref], fields, cancel);
  if (found === undefined) throw new TypeError(`${ref.type} answers without properties`);
  return found;
}

/** Reads properties of an object that may be gone. */
export async function retrieveIfThere<const Shape extends Fields>(
  client: VcenterClient,
  ref: Reference,
  fields: Shape,
  cancel?: AbortSignal,
): Promise<ObjectProperties<Shape> | undefined> {
  try {
    return await retrieveOne(client, ref, fields, cancel);
  } catch (error) {
    if (isFault(error, 'ManagedObjectNotFound')) return undefined;
    throw error;
  }
}

/**
 * Reads properties of all objects of a type in a container (folder, datacenter, cluster, …), its own folders and theirs
 * included, through a container view that is destroyed afterwards.
 *
 * @param recursive false for the direct children only
 */
export async function retrieveAll<const Shape extends Fields>(
  client: VcenterClient,
  container: Reference,
  type: string,
  fields: Shape,
  options: {
    readonly recursive?: boolean;
    /** Objects that one answer holds at most. */
    readonly pageSize?: number;
    readonly cancel?: AbortSignal | undefined;
  } = {},
): Promise<readonly ObjectProperties<Shape>[]> {
  const { recursive = true, pageSize = defaultPageSize, cancel } = options;
  const { viewManager } = client.content;
  if (viewManager === undefined) throw new TypeError('this server has no view manager');
  return await client.inSession(async () => {
    const view = await client.call({
      method: 'CreateContainerView',
      on: viewManager,
      args: [reference('container', container), element('type', type), element('recursive', recursive)],
      result: only(managedObject),
      repeatable: true,
      cancel,
    });
    try {
      const traversal = element(
        'selectSet',
        [element('name', 'view'), element('type', 'ContainerView'), element('path', 'view'), element('skip', false)],
        'TraversalSpec',
      );
      const objects = [element('objectSet', [reference('obj', view), element('skip', true), traversal])];
      return await pages(client, { type, objects, fields, pageSize, cancel });
    } finally {
      await client
        .call({ method: 'DestroyView', on: view, result: nothing, sessionBound: true })
        // It ends with the session anyway.
        .catch(() => undefined);
    }
  });
}

async function pages<Shape extends Fields>(
  client: VcenterClient,
  query: {
    readonly type: string;
    readonly objects: readonly XmlNode[];
    readonly fields: Shape;
    readonly pageSize: number;
    readonly cancel: AbortSignal | undefined;
  },
): Promise<readonly ObjectProperties<Shape>[]> {
  const { type, objects, fields, pageSize, cancel } = query;
  const common = {
    on: client.content.propertyCollector,
    result: maybe(retrieveResult),
    repeatable: true,
    sessionBound: true,
    cancel,
  };
  const place = `${client.url.origin} ${type}`;
  const found: ObjectProperties<Shape>[] = [];
  let page = await client.call({
    ...common,
    method: 'RetrievePropertiesEx',
    args: [
      element('specSet', [propertySpec(type, Object.keys(fields)), ...objects]),
      element('options', [element('maxObjects', pageSize)]),
    ],
  });
  for (let count = 1; page !== undefined; count += 1) {
    found.push(...page.objects.map((content) => decodeObject(content, fields, place)));
    if (page.token === undefined || count === pageLimit) break;
    page = await client.call({
      ...common,
      method: 'ContinueRetrievePropertiesEx',
      args: [element('token', page.token)],
    });
  }
  return found;
}
