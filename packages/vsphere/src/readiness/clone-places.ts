import type { VcenterClient } from '../client/client.ts';
import { candidatesOf } from '../import/candidates.ts';
import { type Candidate, matching } from '../import/choose.ts';
import { findDatacenter } from '../import/places.ts';
import { retrieve, retrieveAll } from '../property/retrieve.ts';
import { arrayOf, boolean, integer, optional, raw, record, required, text } from '../xml/decode.ts';
import type { Reference } from '../xml/reference.ts';

/** A datastore that machines may be cloned to. */
export interface CloneDatastore extends Candidate {
  readonly freeBytes: number;
  /** Reached, and not in maintenance. */
  readonly usable: boolean;
}

/** What a clone of a virtual machine takes of its room. */
export interface CloneSource {
  /** Inventory path. */
  readonly path: string;
  /** Of each disk, in the order of the devices. */
  readonly disksBytes: readonly number[];
  /** What its files take now. */
  readonly usedBytes: number;
  readonly memoryMiB: number;
  readonly hasSnapshot: boolean;
}

const datastoreFields = {
  name: required(text),
  'summary.accessible': required(boolean),
  'summary.freeSpace': required(integer),
  'summary.maintenanceMode': optional(text),
};

/** Where machines are cloned. */
export interface CloneWhere {
  /** Name, inventory path or id; without it the only one, or the one that `template` leads through. */
  readonly datacenter: string | undefined;
  /** Name or inventory path of what is cloned. */
  readonly template: string;
}

/** Every datastore of a datacenter. @throws VSPHERE_CHOICE_NEEDED, VSPHERE_PLACE_UNKNOWN, VSPHERE_… */
export async function datastoresOf(
  client: VcenterClient,
  where: CloneWhere,
  cancel: AbortSignal,
): Promise<readonly CloneDatastore[]> {
  const { ref } = await datacenterOf(client, where, cancel);
  const found = await retrieveAll(client, ref, 'Datastore', datastoreFields, { cancel });
  return (await candidatesOf(client, found, cancel)).map((one) => ({
    ref: one.ref,
    name: one.name,
    path: one.path,
    freeBytes: one['summary.freeSpace'],
    usable: one['summary.accessible'] && (one['summary.maintenanceMode'] ?? 'normal') === 'normal',
  }));
}

/** The datastore that a machine template means: the one that it names, or the only one. */
export function datastoreNamed(
  datastores: readonly CloneDatastore[],
  name: string | undefined,
): CloneDatastore | undefined {
  const found = name === undefined ? datastores : matching(datastores, name);
  return found.length === 1 ? found[0] : undefined;
}

const device = record({ capacityInBytes: optional(integer), capacityInKB: optional(integer) });
const machineFields = {
  name: required(text),
  'config.hardware.device': optional(arrayOf(device)),
  'config.hardware.memoryMB': optional(integer),
  'summary.storage.committed': optional(integer),
  'snapshot.currentSnapshot': optional(raw),
};

/**
 * The virtual machine that is cloned; undefined where there is none, or several of the name.
 *
 * @throws VSPHERE_CHOICE_NEEDED, VSPHERE_PLACE_UNKNOWN, VSPHERE_…
 */
export async function findCloneSource(
  client: VcenterClient,
  where: CloneWhere,
  cancel: AbortSignal,
): Promise<CloneSource | undefined> {
  const { vmFolder } = await datacenterOf(client, where, cancel);
  const named = await retrieveAll(client, vmFolder, 'VirtualMachine', { name: required(text) }, { cancel });
  const found = matching(await candidatesOf(client, named, cancel), where.template);
  const [only] = found;
  if (only === undefined || found.length > 1) return undefined;
  return await readSource(client, only.ref, only.path, cancel);
}

function datacenterOf(client: VcenterClient, { datacenter, template }: CloneWhere, cancel: AbortSignal) {
  return findDatacenter(client, datacenter, cancel, template.startsWith('/') ? template : undefined);
}

async function readSource(
  client: VcenterClient,
  ref: Reference,
  path: string,
  cancel: AbortSignal,
): Promise<CloneSource | undefined> {
  const [found] = await retrieve(client, 'VirtualMachine', [ref], machineFields, cancel);
  if (found === undefined) return undefined;
  // Only disks have a capacity (`VirtualDisk`).
  const disks = (found['config.hardware.device'] ?? []).flatMap(({ capacityInBytes, capacityInKB }) => {
    const bytes = capacityInBytes ?? (capacityInKB === undefined ? undefined : capacityInKB * 1024);
    return bytes === undefined ? [] : [bytes];
  });
  return {
    path,
    disksBytes: disks,
    usedBytes: found['summary.storage.committed'] ?? 0,
    memoryMiB: found['config.hardware.memoryMB'] ?? 0,
    hasSnapshot: found['snapshot.currentSnapshot'] !== undefined,
  };
}
