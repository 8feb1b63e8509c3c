import { SealiftError } from '@sealift/core/errors';
import type { VcenterClient } from '../client/client.ts';
import { only } from '../client/result.ts';
import { isFault } from '../client/fault.ts';
import { findByPath, pathOf, unescapeName } from '../property/inventory.ts';
import { retrieve, retrieveAll, retrieveOne } from '../property/retrieve.ts';
import { arrayOf, boolean, integer, managedObject, optional, required, text } from '../xml/decode.ts';
import { element } from '../xml/encode.ts';
import type { Reference } from '../xml/reference.ts';
import { chosen, named } from './choose.ts';

/** Where a template goes, by names; what is left out is found where vCenter has only one. */
export interface PlaceNames {
  readonly datacenter?: string | undefined;
  /** VM folder below the datacenter's; slashes part nested ones. */
  readonly folder?: string | undefined;
  readonly createFolder?: boolean | undefined;
  readonly datastore?: string | undefined;
  /** A cluster, or a host that is in none. */
  readonly cluster?: string | undefined;
  readonly resourcePool?: string | undefined;
}

/** The folder in which the platform looks for its templates. */
export const templateFolder = 'spectro-templates';

export interface Datacenter {
  readonly ref: Reference;
  readonly name: string;
  readonly vmFolder: Reference;
}

/** The VM folder of the templates. */
export interface TemplateFolder {
  readonly datacenter: Datacenter;
  /** Inventory path. */
  readonly path: string;
  /** Undefined when it is not there yet. */
  readonly ref: Reference | undefined;
}

/** What runs virtual machines and where their disks lie. */
export interface ComputePlace {
  readonly resourcePool: Reference;
  readonly cluster: { readonly ref: Reference; readonly name: string };
  readonly datastore: { readonly ref: Reference; readonly name: string; readonly freeBytes: number };
  /** Networks that the cluster's hosts have. */
  readonly networks: readonly { readonly ref: Reference; readonly name: string }[];
}

/** @throws VSPHERE_CHOICE_NEEDED, VSPHERE_PLACE_UNKNOWN */
export async function findDatacenter(
  client: VcenterClient,
  name: string | undefined,
  cancel?: AbortSignal,
): Promise<Datacenter> {
  const fields = { name: required(text), vmFolder: required(managedObject) };
  const all = await retrieveAll(client, client.content.rootFolder, 'Datacenter', fields, { cancel });
  const candidates = all.map((one) => ({ ...one, name: unescapeName(one.name) }));
  return chosen(candidates, name, { what: 'datacenters', option: '--datacenter' });
}

/** Finds the folder of the templates. @throws VSPHERE_PLACE_UNKNOWN when the path leads to something else than a folder */
export async function findTemplateFolder(
  client: VcenterClient,
  datacenter: Datacenter,
  folder: string = templateFolder,
  cancel?: AbortSignal,
): Promise<TemplateFolder> {
  const base = await pathOf(client, datacenter.vmFolder, cancel);
  const path = [base, ...segmentsOf(folder)].join('/');
  const ref = await findByPath(client, path, cancel);
  if (ref !== undefined && ref.type !== 'Folder') {
    const values = { what: 'VM folder', name: JSON.stringify(folder), choices: `a ${ref.type} of that name` };
    throw new SealiftError('VSPHERE_PLACE_UNKNOWN', { values: { ...values, option: '--folder' } });
  }
  return { datacenter, path, ref };
}

/** Makes the folder, each level that is missing. @returns its reference */
export async function createTemplateFolder(
  client: VcenterClient,
  datacenter: Datacenter,
  folder: string = templateFolder,
  cancel?: AbortSignal,
): Promise<Reference> {
  let at = datacenter.vmFolder;
  let path = await pathOf(client, at, cancel);
  for (const name of segmentsOf(folder)) {
    path = `${path}/${name}`;
    const create = {
      method: 'CreateFolder',
      on: at,
      args: [element('name', name)],
      result: only(managedObject),
      cancel,
    };
    const found = await findByPath(client, path, cancel);
    at =
      found ??
      (await client.call(create).catch(async (error: unknown) => {
        // Somebody else made it meanwhile.
        const made = isFault(error, 'DuplicateName') ? await findByPath(client, path, cancel) : undefined;
        if (made === undefined) throw error;
        return made;
      }));
  }
  return at;
}

/** @throws VSPHERE_CHOICE_NEEDED, VSPHERE_PLACE_UNKNOWN */
export async function findComputePlace(
  client: VcenterClient,
  datacenter: Datacenter,
  names: PlaceNames,
  cancel?: AbortSignal,
): Promise<ComputePlace> {
  const pool = names.resourcePool === undefined ? undefined : await findPool(client, datacenter, names, cancel);
  const cluster = await findCluster(client, datacenter, pool?.owner, names.cluster, cancel);
  const datastores = (await retrieve(client, 'Datastore', cluster.datastore ?? [], datastoreFields, cancel)).filter(
    (one) => one['summary.accessible'] && (one['summary.maintenanceMode'] ?? 'normal') === 'normal',
  );
  const datastore = chosen(
    datastores.map((one) => ({
      ref: one.ref,
      name: unescapeName(one.name),
      freeBytes: one['summary.freeSpace'],
      remark: `${Math.floor(one['summary.freeSpace'] / 2 ** 30)} GiB free`,
    })),
    names.datastore,
    { what: 'datastores', option: '--datastore' },
  );
  return {
    resourcePool: pool?.ref ?? cluster.resourcePool,
    cluster: { ref: cluster.ref, name: cluster.name },
    datastore,
    networks: await usableNetworks(client, cluster.network ?? [], cancel),
  };
}

const datastoreFields = {
  name: required(text),
  'summary.accessible': required(boolean),
  'summary.freeSpace': required(integer),
  'summary.maintenanceMode': optional(text),
};

const clusterFields = {
  name: required(text),
  resourcePool: required(managedObject),
  datastore: optional(arrayOf(managedObject)),
  network: optional(arrayOf(managedObject)),
};

async function findCluster(
  client: VcenterClient,
  datacenter: Datacenter,
  owner: Reference | undefined,
  name: string | undefined,
  cancel: AbortSignal | undefined,
) {
  if (owner !== undefined) return await retrieveOne(client, owner, clusterFields, cancel);
  const all = await retrieveAll(client, datacenter.ref, 'ComputeResource', clusterFields, { cancel });
  const candidates = all.map((one) => ({ ...one, name: unescapeName(one.name) }));
  return chosen(candidates, name, { what: 'clusters', option: '--cluster' });
}

/**
 * The resource pool that a template without snapshot passes through: the one named, else that of the cluster its host is in.
 *
 * @throws VSPHERE_CHOICE_NEEDED, VSPHERE_PLACE_UNKNOWN
 */
export async function findTemplatePool(
  client: VcenterClient,
  datacenter: Datacenter,
  names: PlaceNames,
  template: Reference,
  cancel?: AbortSignal,
): Promise<Reference> {
  if (names.resourcePool !== undefined) return (await findPool(client, datacenter, names, cancel)).ref;
  const host = { 'runtime.host': optional(managedObject) };
  const at = names.cluster === undefined ? await retrieveOne(client, template, host, cancel) : undefined;
  const on = at?.['runtime.host'];
  const owner =
    on === undefined ? undefined : (await retrieveOne(client, on, { parent: required(managedObject) }, cancel)).parent;
  return (await findCluster(client, datacenter, owner, names.cluster, cancel)).resourcePool;
}

async function findPool(
  client: VcenterClient,
  datacenter: Datacenter,
  names: PlaceNames,
  cancel: AbortSignal | undefined,
): Promise<{ readonly ref: Reference; readonly owner: Reference }> {
  const fields = { name: required(text), owner: required(managedObject) };
  const all = await retrieveAll(client, datacenter.ref, 'ResourcePool', fields, { cancel });
  const clusters = await retrieve(
    client,
    'ComputeResource',
    all.map(({ owner }) => owner),
    { name: required(text) },
    cancel,
  );
  const nameOf = (owner: Reference): string => clusters.find(({ ref }) => ref.value === owner.value)?.name ?? '';
  const candidates = all
    .filter(({ owner }) => names.cluster === undefined || nameOf(owner) === names.cluster)
    .map((one) => ({ ...one, name: unescapeName(one.name), remark: `of ${nameOf(one.owner)}` }));
  return named(candidates, names.resourcePool ?? '', {
    what: 'resource pools',
    option: '--resource-pool with --cluster',
  });
}

/** Without the uplinks of distributed switches, which are no networks for machines. */
async function usableNetworks(client: VcenterClient, refs: readonly Reference[], cancel: AbortSignal | undefined) {
  const groups = refs.filter(({ type }) => type === 'DistributedVirtualPortgroup');
  const uplinkFields = { 'config.uplink': optional(boolean), name: required(text) };
  const uplinks = (await retrieve(client, 'DistributedVirtualPortgroup', groups, uplinkFields, cancel)).filter(
    (group) => group['config.uplink'] === true || /DVUplinks/.test(group.name),
  );
  const usable = refs.filter(({ value }) => !uplinks.some(({ ref }) => ref.value === value));
  const found = await retrieve(client, 'Network', usable, { name: required(text) }, cancel);
  return found.map(({ ref, name }) => ({ ref, name: unescapeName(name) }));
}

function segmentsOf(folder: string): readonly string[] {
  return folder.split('/').filter((segment) => segment !== '');
}
