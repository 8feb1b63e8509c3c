import { clusterNameLabel } from '@sealift/kubernetes/cluster-api-names';
import { readClusterState } from '@sealift/kubernetes/cluster-state';
import { keyOf } from '@sealift/kubernetes/infrastructure';
import type { Machine } from '@sealift/kubernetes/machine';
import { type KubeObject, nameOf, referenceOf } from '@sealift/kubernetes/object';
import type { Objects } from '@sealift/kubernetes/objects';
import type { VcenterClient } from '@sealift/vsphere/client';
import { z } from 'zod';
import { type FolderMachine, machinesIn } from '../cluster/machines/inventory.ts';
import { uuidOf } from '../cluster/machines/provider-id.ts';
import { isPaused, pausedByRestore } from './restore-objects.ts';

/** What Cluster API would do with virtual machines if it were let go now. */
export interface PlannedMachines {
  /** What would be made, each with why. */
  readonly creates: readonly string[];
  readonly deletes: readonly string[];
  /** What nobody can tell, which is no zero. */
  readonly unknown: readonly string[];
}

/** What was found of one Cluster, and whether it goes on. */
export interface ReleasedCluster extends PlannedMachines {
  readonly cluster: string;
  readonly released: boolean;
}

/**
 * Compares each Cluster that a restore has paused with vCenter, and lets it go where nothing would be made and nothing deleted. Any other one stays
 * paused, with what would happen; asking again later is safe.
 *
 * @param dryRun only compares
 * @throws CLUSTER_…, KUBERNETES_…, VSPHERE_…
 */
export async function letClustersGo(
  objects: Objects,
  vcenter: VcenterClient,
  { dryRun, cancel }: { readonly dryRun: boolean; readonly cancel: AbortSignal },
): Promise<readonly ReleasedCluster[]> {
  const version = (await objects.discovery.versions('cluster.x-k8s.io', cancel))[0];
  if (version === undefined) return [];
  const clusters = await objects.list({ apiVersion: `cluster.x-k8s.io/${version}`, kind: 'Cluster' }, cancel);
  const found: ReleasedCluster[] = [];
  for (const cluster of clusters) {
    if (!isPaused(cluster) || cluster.metadata.annotations?.[pausedByRestore] === undefined) continue;
    const planned = await plannedMachines(objects, vcenter, cluster, cancel);
    const isSafe = planned.creates.length + planned.deletes.length + planned.unknown.length === 0;
    if (isSafe && !dryRun) await release(objects, cluster, cancel);
    found.push({ cluster: nameOf(referenceOf(cluster)), released: isSafe && !dryRun, ...planned });
  }
  return found;
}

async function release(objects: Objects, cluster: KubeObject, cancel: AbortSignal): Promise<void> {
  const { resourceVersion } = cluster.metadata;
  const metadata = { resourceVersion, annotations: { [pausedByRestore]: null } };
  await objects.mergePatch(referenceOf(cluster), { metadata, spec: { paused: null } }, cancel);
}

/** What is planned for one Cluster. */
export async function plannedMachines(
  objects: Objects,
  vcenter: VcenterClient,
  { metadata: { namespace = '', name } }: KubeObject,
  cancel: AbortSignal,
): Promise<PlannedMachines> {
  const state = await readClusterState(objects, { namespace, name }, cancel);
  const folders = new Map<string, readonly FolderMachine[] | undefined>();
  for (const { folder } of state.infrastructure.values()) {
    if (folder?.startsWith('/') === true && !folders.has(folder)) {
      folders.set(folder, await machinesIn(vcenter, folder, cancel));
    }
  }
  const folderOf = (machine: Machine) => state.infrastructure.get(keyOf(machine.infrastructure))?.folder;
  const { core } = state.api;
  const labelSelector = `${clusterNameLabel}=${name}`;
  const sets = await objects.list({ apiVersion: core, kind: 'MachineSet', namespace, labelSelector }, cancel);
  const owners = [
    ...sets.map((set) => ({ kind: 'MachineSet', name: set.metadata.name, replicas: replicasOf(set) })),
    { kind: 'KubeadmControlPlane', name: state.controlPlane.name, replicas: state.controlPlane.replicas },
  ];
  const wanted = state.deployments.map((deployment) => ({
    name: deployment.name,
    replicas: deployment.replicas,
    inSets: sets
      .filter(({ metadata }) => metadata.ownerReferences?.some((owner) => owner.name === deployment.name))
      .reduce((sum, set) => sum + replicasOf(set), 0),
  }));
  return compareMachines(state.machines, { owners, wanted, folderOf, folders });
}

const replicasSchema = z.object({ spec: z.object({ replicas: z.int().min(0).nullish() }) });

function replicasOf(set: KubeObject): number {
  return replicasSchema.safeParse(set).data?.spec.replicas ?? 1;
}

/** What Machines are compared with. */
export interface ComparedWith {
  readonly owners: readonly { readonly kind: string; readonly name: string; readonly replicas: number }[];
  /** MachineDeployments, and how many replicas their sets have together. */
  readonly wanted: readonly { readonly name: string; readonly replicas: number; readonly inSets: number }[];
  readonly folderOf: (machine: Machine) => string | undefined;
  readonly folders: ReadonlyMap<string, readonly FolderMachine[] | undefined>;
}

/** Each Machine needs its VM, each owner as many Machines as it asks for, and none may be on its way out. */
export function compareMachines(
  machines: readonly Machine[],
  { owners, wanted, folderOf, folders }: ComparedWith,
): PlannedMachines {
  const creates: string[] = [];
  const deletes: string[] = [];
  const unknown: string[] = [];
  for (const machine of machines) {
    const { name, providerId, deletingSince } = machine;
    const folder = folderOf(machine);
    const vms = folder === undefined ? undefined : folders.get(folder);
    if (deletingSince !== null) deletes.push(`Machine ${name} is being deleted`);
    if (providerId === undefined) creates.push(`Machine ${name} has no virtual machine yet`);
    else if (vms === undefined) unknown.push(`Machine ${name}: its folder in vCenter cannot be looked into`);
    else if (!vms.some(({ uuid }) => uuid === uuidOf(providerId))) {
      creates.push(`Machine ${name}: its virtual machine is not in ${folder}`);
    }
  }
  for (const { kind, name, replicas } of owners) {
    const has = machines.filter(({ owner }) => owner?.kind === kind && owner.name === name).length;
    compareCounts(`${kind} ${name}`, replicas, has);
  }
  for (const { name, replicas, inSets } of wanted) compareCounts(`MachineDeployment ${name}`, replicas, inSets);
  return { creates, deletes, unknown };

  function compareCounts(who: string, asked: number, has: number): void {
    if (asked > has) creates.push(`${who} asks for ${asked} machines and has ${has}`);
    if (asked < has) deletes.push(`${who} asks for ${asked} machines and has ${has}`);
  }
}
