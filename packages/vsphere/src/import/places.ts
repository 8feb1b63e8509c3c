import type { VcenterClient } from '../client/client.ts';
import { retrieve, retrieveAll, retrieveOne } from '../property/retrieve.ts';
import { arrayOf, boolean, managedObject, optional, required, text } from '../xml/decode.ts';
import { type Reference, sameReference } from '../xml/reference.ts';
import { type Candidate, chosen, named, segmentsOf } from './choose.ts';
import { candidatesOf } from './candidates.ts';
import { findDatastore } from './datastore.ts';

/**
 * Where a template goes; what is left out is found where vCenter has only one. Each is a name, an inventory path or a managed object id
 * (`matching`).
 */
export interface PlaceNames {
  readonly datacenter?: string | undefined;
  /** VM folder: a path below the datacenter's, or a whole one (`/DC0/vm/templates`). */
  readonly folder?: string | undefined;
  readonly createFolder?: boolean | undefined;
  /** A datastore, or a datastore cluster, of which the datastore with the most room is taken. */
  readonly datastore?: string | undefined;
  /** A cluster, or a host that is in none. */
  readonly cluster?: string | undefined;
  readonly resourcePool?: string | undefined;
}

export interface Datacenter {
  readonly ref: Reference;
  readonly name: string;
  readonly vmFolder: Reference;
}

/** What runs virtual machines and where their disks lie. */
export interface ComputePlace {
  readonly resourcePool: Reference;
  readonly cluster: { readonly ref: Reference; readonly name: string };
  readonly datastore: { readonly ref: Reference; readonly name: string; readonly freeBytes: number };
  /** Networks that the cluster's hosts have. */
  readonly networks: readonly Candidate[];
}

/**
 * @param name as for `matching`; where it is left out and the folder is a whole path, the datacenter that this path leads through
 * @throws VSPHERE_CHOICE_NEEDED, VSPHERE_PLACE_UNKNOWN
 */
export async function findDatacenter(
  client: VcenterClient,
  name: string | undefined,
  cancel?: AbortSignal,
  folder?: string,
): Promise<Datacenter> {
  const fields = { name: required(text), vmFolder: required(managedObject) };
  const all = await candidatesOf(
    client,
    await retrieveAll(client, client.content.rootFolder, 'Datacenter', fields, { cancel }),
    cancel,
  );
  const through = folder?.startsWith('/') === true ? segmentsOf(folder) : [];
  const onWay = all.filter(({ path }) => segmentsOf(path).every((segment, index) => segment === through[index]));
  return chosen(name === undefined && onWay.length === 1 ? onWay : all, name, {
    what: 'datacenters',
    option: '--datacenter',
  });
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
  const datastore = await findDatastore(client, cluster.datastore ?? [], names.datastore, cancel);
  return {
    resourcePool: pool?.ref ?? cluster.resourcePool,
    cluster: { ref: cluster.ref, name: cluster.name },
    datastore,
    networks: await usableNetworks(client, cluster.network ?? [], cancel),
  };
}

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
  return chosen(await candidatesOf(client, all, cancel), name, { what: 'clusters', option: '--cluster' });
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
  const within =
    names.cluster === undefined ? undefined : await findCluster(client, datacenter, undefined, names.cluster, cancel);
  const usable = all.filter(({ owner }) => within === undefined || sameReference(owner, within.ref));
  return named(await candidatesOf(client, usable, cancel), names.resourcePool ?? '', {
    what: 'resource pools',
    option: '--resource-pool',
  });
}

/** Without the uplinks of distributed switches, which are no networks for machines. */
export async function usableNetworks(
  client: VcenterClient,
  refs: readonly Reference[],
  cancel: AbortSignal | undefined,
) {
  const groups = refs.filter(({ type }) => type === 'DistributedVirtualPortgroup');
  const uplinkFields = { 'config.uplink': optional(boolean), name: required(text) };
  const uplinks = (await retrieve(client, 'DistributedVirtualPortgroup', groups, uplinkFields, cancel)).filter(
    (group) => group['config.uplink'] === true || /DVUplinks/.test(group.name),
  );
  const usable = refs.filter(({ value }) => !uplinks.some(({ ref }) => ref.value === value));
  return await candidatesOf(
    client,
    await retrieve(client, 'Network', usable, { name: required(text) }, cancel),
    cancel,
  );
}
