import type { Check } from '@sealift/core/check';
import { type AddressClaim, listAddressClaims } from '@sealift/kubernetes/address-claims';
import { type ClusterState, readClusterState } from '@sealift/kubernetes/cluster-state';
import type { ClusterName } from '@sealift/kubernetes/cluster';
import { keyOf } from '@sealift/kubernetes/infrastructure';
import type { Objects } from '@sealift/kubernetes/objects';
import { block, type Finding, pass, runCheck, warn } from '@sealift/upgrade/preflight/check';
import type { VcenterClient } from '@sealift/vsphere/client';
import { type FolderMachine, machinesIn } from './inventory.ts';
import { uuidOf } from './provider-id.ts';

/** What is compared; opened when it is first needed. */
export interface AccountSides {
  objects(): Promise<Objects>;
  vcenter(): Promise<VcenterClient>;
  readonly cluster: ClusterName | undefined;
}

/** What is there without the other side of it. */
export interface Unaccounted {
  /** Inventory paths of VMs in the folders of the machines, behind which there is no Machine. */
  readonly strangers: readonly string[];
  /** Machines whose VM is not in their folder. */
  readonly lost: readonly string[];
  /** Claims of addresses that no machine has any more. */
  readonly claims: readonly string[];
  /** Folders that could not be looked into. */
  readonly unseen: readonly string[];
  /** How many machines were found on both sides. */
  readonly machines: number;
}

const shown = 5;

/** Whether each VM in the folders of the machines is a Machine's and each Machine has its VM, and whose the claimed addresses are. */
export function machinesAccounted(sides: AccountSides): Promise<Check> {
  return runCheck('machines-accounted', 'Each virtual machine of the cluster is one of its Machines', async (cancel) =>
    judge(await unaccounted(sides, cancel)),
  );
}

/** Compares Cluster API's Machines with vCenter. Changes nothing. @throws KUBERNETES_…, CLUSTER_…, VSPHERE_… */
export async function unaccounted(sides: AccountSides, cancel: AbortSignal): Promise<Unaccounted> {
  const objects = await sides.objects();
  const state = await readClusterState(objects, sides.cluster, cancel);
  const claims = await listAddressClaims(objects, state.cluster.namespace, cancel);
  const client = await sides.vcenter();
  const folders = new Map<string, readonly FolderMachine[] | undefined>();
  for (const folder of foldersOf(state)) folders.set(folder, await machinesIn(client, folder, cancel));
  return compare(state, claims, folders);
}

/** Whole inventory paths only: what a name alone means is the provider's to say. */
function foldersOf({ infrastructure }: ClusterState): ReadonlySet<string> {
  const all = [...infrastructure.values()].flatMap(({ folder }) => (folder === undefined ? [] : [folder]));
  return new Set(all.filter((folder) => folder.startsWith('/')));
}

/** Machines of other clusters are not known here: in a folder that they share theirs are strangers too, and only told of. */
export function compare(
  { machines, infrastructure }: Pick<ClusterState, 'machines' | 'infrastructure'>,
  claims: readonly AddressClaim[],
  folders: ReadonlyMap<string, readonly FolderMachine[] | undefined>,
): Unaccounted {
  const owned = new Set(machines.flatMap(({ providerId }) => (providerId === undefined ? [] : [uuidOf(providerId)])));
  const seen = new Set([...folders.values()].flatMap((list) => (list ?? []).map(({ uuid }) => uuid)));
  const looked = machines.filter(({ providerId, infrastructure: ref }) => {
    const folder = infrastructure.get(keyOf(ref))?.folder;
    return providerId !== undefined && folder !== undefined && folders.get(folder) !== undefined;
  });
  const lost = looked.filter(({ providerId = '' }) => !seen.has(uuidOf(providerId)));
  const names = [...infrastructure.values()].map(({ name }) => name);
  return {
    strangers: [...folders].flatMap(([folder, list]) =>
      (list ?? []).filter(({ uuid }) => !owned.has(uuid)).map(({ name }) => `${folder}/${name}`),
    ),
    lost: lost.map(({ name }) => name),
    claims: claims.map(({ name }) => name).filter((claim) => !names.some((name) => claim.startsWith(`${name}-`))),
    unseen: [...folders].flatMap(([folder, list]) => (list === undefined ? [folder] : [])),
    machines: looked.length - lost.length,
  };
}

function judge({ strangers, lost, claims, unseen, machines }: Unaccounted): Finding {
  if (lost.length > 0) {
    const remedy =
      'Find out what became of them in vCenter. Where they are gone, delete the Machines: others are made.';
    return block(`Machines without a virtual machine: ${some(lost)}`, remedy);
  }
  const odd = [
    ...(strangers.length === 0 ? [] : [`virtual machines without a Machine: ${some(strangers)}`]),
    ...(claims.length === 0 ? [] : [`claims of addresses without a machine: ${some(claims)}`]),
    ...(unseen.length === 0 ? [] : [`folders that cannot be looked into: ${some(unseen)}`]),
  ];
  if (odd.length > 0) {
    const remedy =
      'Remove what is left over, and move what belongs to others: it takes room and addresses from new nodes.';
    return warn(odd.join('; '), remedy);
  }
  if (machines === 0)
    return warn('No machine tells in which folder it is', 'Give the machine templates a whole folder path.');
  return pass(`${machines} machines, each with its virtual machine`);
}

function some(names: readonly string[]): string {
  const more = names.length > shown ? ` and ${names.length - shown} more` : '';
  return `${names.slice(0, shown).join(', ')}${more}`;
}
