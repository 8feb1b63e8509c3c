import { SealiftError } from '@sealift/core/errors';
import type { KubeObject } from '../objects/object.ts';
import type { Objects } from '../objects/objects.ts';
import { type Cluster, type ClusterName, findCluster } from './cluster.ts';
import { controlPlaneOf } from './control-plane.ts';
import { type ServedClusterApi, servedClusterApi, servedKind } from './discovery.ts';
import { type InfrastructureMachines, listInfrastructure } from './infrastructure.ts';
import { type Machine, machineOf } from './machine.ts';
import { clusterNameLabel } from './names.ts';
import { withTopology } from './managed.ts';
import { groupOf } from './reference.ts';
import type { RolloutOwner } from './rollout-owner.ts';
import { type MachineSet, machineDeploymentOf, machineSetOf } from './workers.ts';

/** A cluster and its machines as Cluster API tells of them at one time. */
export interface ClusterState {
  readonly api: ServedClusterApi;
  readonly cluster: Cluster;
  readonly controlPlane: RolloutOwner;
  readonly deployments: readonly RolloutOwner[];
  readonly sets: readonly MachineSet[];
  readonly machines: readonly Machine[];
  readonly infrastructure: InfrastructureMachines;
  /** As they are, for what is held of them during a rollout. */
  readonly deploymentObjects: readonly KubeObject[];
  readonly healthChecks: readonly KubeObject[];
}

/**
 * Looks at a cluster. What rolls machines is read before the machines: these are never older than what is said of them.
 *
 * @throws CLUSTER_API_UNSERVED, CLUSTER_NOT_CHOSEN, CONTROL_PLANE_OTHER_KIND, KUBERNETES_…
 */
export async function readClusterState(
  objects: Objects,
  named: ClusterName | undefined,
  cancel?: AbortSignal,
): Promise<ClusterState> {
  const api = await servedClusterApi(objects.discovery, cancel);
  const cluster = await findCluster(objects, api.core, named, cancel);
  const { namespace, name } = cluster;
  const list = (kind: string): Promise<readonly KubeObject[]> =>
    objects.list({ apiVersion: api.core, kind, namespace, labelSelector: `${clusterNameLabel}=${name}` }, cancel);
  const control = await readControlPlane(objects, api, cluster, cancel);
  const deploymentObjects = await list('MachineDeployment');
  const { topology } = cluster;
  const own = [control, ...deploymentObjects.map(machineDeploymentOf)];
  const [controlPlane = control, ...deployments] =
    topology === undefined ? own : await withTopology(objects, { cluster, core: api.core, topology }, own, cancel);
  const [sets, found, checks] = await Promise.all([
    list('MachineSet'),
    list('Machine'),
    listChecks(objects, api, namespace, cancel),
  ]);
  const machines = found.map(machineOf).toSorted((a, b) => (a.name < b.name ? -1 : 1));
  return {
    api,
    cluster,
    controlPlane,
    deployments,
    sets: sets.map(machineSetOf),
    machines,
    infrastructure: await listInfrastructure(objects, { namespace, cluster: name, machines }, cancel),
    deploymentObjects,
    healthChecks: checks.filter((check) => clusterNameIn(check) === name),
  };
}

async function readControlPlane(
  objects: Objects,
  api: ServedClusterApi,
  { namespace, name: cluster, controlPlane: ref }: Cluster,
  cancel: AbortSignal | undefined,
): Promise<RolloutOwner> {
  const kind = ref?.kind ?? 'none';
  if (ref === undefined || kind !== 'KubeadmControlPlane') {
    throw new SealiftError('CONTROL_PLANE_OTHER_KIND', { values: { cluster, kind } });
  }
  const { name } = ref;
  const object = await objects.get({ apiVersion: api.controlPlane, kind, namespace, name }, cancel);
  if (object !== undefined) return controlPlaneOf(object);
  throw new SealiftError('CONTROL_PLANE_OTHER_KIND', {
    values: { cluster, kind: `${kind} ${name}, which is not there` },
  });
}

/** They carry the cluster's name in their spec, not always as a label. */
async function listChecks(
  objects: Objects,
  { core }: ServedClusterApi,
  namespace: string,
  cancel: AbortSignal | undefined,
): Promise<readonly KubeObject[]> {
  const kind = 'MachineHealthCheck';
  const group = groupOf({ apiVersion: core, kind, name: '' });
  const apiVersion = await servedKind(objects.discovery, { group, kind, asWritten: core }, cancel);
  return apiVersion === undefined ? [] : await objects.list({ apiVersion, kind, namespace }, cancel);
}

function clusterNameIn(object: KubeObject): unknown {
  const { spec } = object;
  if (typeof spec !== 'object' || spec === null || !Object.hasOwn(spec, 'clusterName')) return undefined;
  return (spec as Readonly<Record<string, unknown>>)['clusterName'];
}
