import { only, type VcenterClient } from '../client/client.ts';
import { named } from '../import/choose.ts';
import { findComputePlace, findDatacenter, type PlaceNames } from '../import/places.ts';
import { findTemplateFolder } from '../import/template-folder.ts';
import { type Demand, missingPrivileges } from '../privileges/missing.ts';
import { type RequiredPrivilege, requiredPrivileges } from '../privileges/required.ts';
import { dateTime } from '../xml/decode.ts';
import { printReference, type Reference } from '../xml/reference.ts';

/** What an upgrade depends on in vCenter, looked at without changing anything. */
export interface Readiness {
  /** Such as `VMware vCenter Server 8.0.3 build-24322831`. */
  readonly about: string;
  /** How far vCenter's clock is ahead of this machine's, in milliseconds. */
  readonly clockAheadMs: number;
  readonly folder: { readonly path: string; readonly present: boolean };
  readonly datastore: { readonly name: string; readonly freeBytes: number };
  /** Privileges that the account lacks, with the object on which. */
  readonly lacking: readonly { readonly on: string; readonly privileges: readonly string[] }[];
}

/**
 * Looks at what making a template needs: places, room, privileges, the clock.
 *
 * @param networks those that are named; else the only one
 * @throws VSPHERE_CHOICE_NEEDED, VSPHERE_PLACE_UNKNOWN, VSPHERE_…, CANCELLED
 */
export async function readReadiness(
  client: VcenterClient,
  names: PlaceNames,
  cancel?: AbortSignal,
  networks: readonly string[] = [],
): Promise<Readiness> {
  const clockAheadMs = await clockAhead(client, cancel);
  const datacenter = await findDatacenter(client, names.datacenter, cancel, names.folder);
  const folder = await findTemplateFolder(client, datacenter, names.folder, cancel);
  const { resourcePool, datastore, networks: all } = await findComputePlace(client, datacenter, names, cancel);
  const question = { what: 'networks', option: '--network' };
  const used = networks.length > 0 ? networks.map((name) => named(all, name, question)) : all.length === 1 ? all : [];
  const objects: Readonly<Record<RequiredPrivilege['on'], readonly Place[]>> = {
    folder: [{ ref: folder.ref ?? datacenter.vmFolder, name: `folder ${folder.path}` }],
    'resource-pool': [{ ref: resourcePool, name: 'the resource pool' }],
    datastore: [{ ref: datastore.ref, name: `datastore ${datastore.name}` }],
    network: used.map(({ ref, name }) => ({ ref, name: `network ${name}` })),
    vcenter: [{ ref: client.content.rootFolder, name: 'vCenter (root folder)' }],
  };
  const demands = Object.entries(objects).flatMap(([on, places]) => places.map((place) => demandOf(on, place)));
  const lacking = await missingPrivileges(client, demands, cancel);
  const nameOf = (ref: Reference): string =>
    demands.find(({ entity }) => printReference(entity) === printReference(ref))?.name ?? printReference(ref);
  return {
    about: client.content.about.fullName,
    clockAheadMs,
    folder: { path: folder.path, present: folder.ref !== undefined },
    datastore: { name: datastore.name, freeBytes: datastore.freeBytes },
    lacking: lacking.map(({ entity, privileges }) => ({ on: nameOf(entity), privileges })),
  };
}

interface Place {
  readonly ref: Reference;
  readonly name: string;
}

function demandOf(on: string, { ref, name }: Place): Demand & { readonly name: string } {
  const privileges = requiredPrivileges.filter((privilege) => privilege.on === on).map(({ id }) => id);
  return { entity: ref, privileges, name };
}

/** Half of the way there and back is what the answer is old. */
async function clockAhead(client: VcenterClient, cancel: AbortSignal | undefined): Promise<number> {
  const asked = Date.now();
  const theirs = await client.call({
    method: 'CurrentTime',
    on: { type: 'ServiceInstance', value: 'ServiceInstance' },
    result: only(dateTime),
    repeatable: true,
    cancel,
  });
  return Math.round(theirs.getTime() - (asked + Date.now()) / 2);
}
