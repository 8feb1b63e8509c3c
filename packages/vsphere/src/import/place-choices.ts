import type { VcenterClient } from '../client/client.ts';
import { retrieve, retrieveAll } from '../property/retrieve.ts';
import { arrayOf, managedObject, optional, required, text } from '../xml/decode.ts';
import type { Reference } from '../xml/reference.ts';
import { candidatesOf } from './candidates.ts';
import type { Candidate } from './choose.ts';
import { usableNetworks } from './places.ts';

/** What can be named as a place, as vCenter has it now. Each entry is a name, or an inventory path where several have the name. */
export interface PlaceChoices {
  readonly datacenters: readonly DatacenterChoices[];
}

export interface DatacenterChoices {
  readonly name: string;
  /** VM folders, as paths. */
  readonly folders: readonly string[];
  readonly clusters: readonly ClusterChoices[];
}

export interface ClusterChoices {
  readonly name: string;
  readonly resourcePools: readonly string[];
  readonly datastores: readonly string[];
  readonly networks: readonly string[];
}

/** More than a person chooses from; what is left out can still be typed. */
const most = { datacenters: 20, clusters: 50, entries: 500 };

const nameOnly = { name: required(text) };
const clusterFields = {
  ...nameOnly,
  datastore: optional(arrayOf(managedObject)),
  network: optional(arrayOf(managedObject)),
};

/** Lists what the account sees in vCenter. @throws VSPHERE_…, CANCELLED */
export async function placeChoices(client: VcenterClient, cancel?: AbortSignal): Promise<PlaceChoices> {
  const datacenters = await candidatesOf(
    client,
    await retrieveAll(client, client.content.rootFolder, 'Datacenter', nameOnly, { cancel }),
    cancel,
  );
  const chosen: DatacenterChoices[] = [];
  for (const datacenter of datacenters.slice(0, most.datacenters)) {
    const { ref } = datacenter;
    chosen.push({
      name: nameAmong(datacenter, datacenters),
      folders: await foldersOf(client, ref, cancel),
      clusters: await clustersOf(client, ref, cancel),
    });
  }
  return { datacenters: chosen };
}

/** VM folders below the datacenter's own, by path. */
async function foldersOf(
  client: VcenterClient,
  datacenter: Reference,
  cancel?: AbortSignal,
): Promise<readonly string[]> {
  const found = await retrieveAll(client, datacenter, 'Folder', nameOnly, { cancel });
  const candidates = await candidatesOf(client, found.slice(0, 2 * most.entries), cancel);
  return candidates
    .map(({ path }) => path)
    .filter((path) => /\/vm\/.+/.test(path))
    .toSorted()
    .slice(0, most.entries);
}

async function clustersOf(
  client: VcenterClient,
  datacenter: Reference,
  cancel?: AbortSignal,
): Promise<readonly ClusterChoices[]> {
  const found = await retrieveAll(client, datacenter, 'ComputeResource', clusterFields, { cancel });
  const clusters = await candidatesOf(client, found.slice(0, most.clusters), cancel);
  const fields = { ...nameOnly, owner: required(managedObject) };
  const pools = await candidatesOf(
    client,
    (await retrieveAll(client, datacenter, 'ResourcePool', fields, { cancel })).slice(0, most.entries),
    cancel,
  );
  const chosen: ClusterChoices[] = [];
  for (const cluster of clusters) {
    const datastores = await retrieve(
      client,
      'Datastore',
      (cluster.datastore ?? []).slice(0, most.entries),
      nameOnly,
      cancel,
    );
    chosen.push({
      name: nameAmong(cluster, clusters),
      resourcePools: namesOf(pools.filter(({ owner }) => owner.value === cluster.ref.value)),
      datastores: namesOf(await candidatesOf(client, datastores, cancel)),
      networks: namesOf(await usableNetworks(client, (cluster.network ?? []).slice(0, most.entries), cancel)),
    });
  }
  return chosen;
}

function namesOf(candidates: readonly Candidate[]): readonly string[] {
  return candidates.map((candidate) => nameAmong(candidate, candidates)).toSorted();
}

function nameAmong({ name, path }: Candidate, all: readonly Candidate[]): string {
  return all.filter((other) => other.name === name).length > 1 ? path : name;
}
