import type { VcenterClient } from '../client/client.ts';
import { retrieve } from '../property/retrieve.ts';
import { boolean, integer, managedObject, optional, required, text } from '../xml/decode.ts';
import type { Reference } from '../xml/reference.ts';
import { candidatesOf } from './candidates.ts';
import { type Candidate, chosen, matching } from './choose.ts';

/** Where disks can lie. */
export interface Datastore extends Candidate {
  readonly freeBytes: number;
}

const fields = {
  name: required(text),
  parent: optional(managedObject),
  'summary.accessible': required(boolean),
  'summary.freeSpace': required(integer),
  'summary.maintenanceMode': optional(text),
};

/**
 * The datastore that is named, or the only one. Of a datastore cluster (`StoragePod`) it is the one with the most room, as vCenter's own
 * first placement chooses where nothing else speaks for another.
 *
 * @param refs that the compute cluster has
 * @throws VSPHERE_CHOICE_NEEDED, VSPHERE_PLACE_UNKNOWN
 */
export async function findDatastore(
  client: VcenterClient,
  refs: readonly Reference[],
  name: string | undefined,
  cancel?: AbortSignal,
): Promise<Datastore> {
  const usable = (await retrieve(client, 'Datastore', refs, fields, cancel)).filter(
    (one) => one['summary.accessible'] && (one['summary.maintenanceMode'] ?? 'normal') === 'normal',
  );
  const parents = usable.flatMap(({ parent }) => (parent?.type === 'StoragePod' ? [parent] : []));
  const distinct = [...new Map(parents.map((ref) => [ref.value, ref])).values()];
  const read = await retrieve(client, 'StoragePod', distinct, { name: required(text) }, cancel);
  const pods = await candidatesOf(client, read, cancel);
  const datastores = (await candidatesOf(client, usable, cancel)).map((one) => {
    const freeBytes = one['summary.freeSpace'];
    const pod = pods.find(({ ref }) => ref.value === one.parent?.value);
    const room = `${Math.floor(freeBytes / 2 ** 30)} GiB free`;
    const remark = pod === undefined ? room : `${room}, in the datastore cluster ${pod.name}`;
    return { ref: one.ref, name: one.name, path: one.path, freeBytes, remark, pod };
  });
  const question = { what: 'datastores', option: '--datastore' };
  if (name !== undefined && matching(datastores, name).length === 0 && matching(pods, name).length > 0) {
    const pod = chosen(pods, name, { ...question, what: 'datastore clusters' });
    const [roomiest] = datastores.filter((one) => one.pod === pod).toSorted((a, b) => b.freeBytes - a.freeBytes);
    if (roomiest !== undefined) return roomiest;
  }
  return chosen(datastores, name, question);
}
