import { SealiftError } from '@sealift/core/errors';
import type { KubeObject } from '../objects/object.ts';
import type { Objects } from '../objects/objects.ts';
import type { Cluster } from './cluster.ts';
import { templateSource } from './cluster-class.ts';
import type { ManagedOwner, RolloutOwner } from './rollout-owner.ts';
import { type MachineTemplate, readMachineTemplate, templateKind } from './templates.ts';
import { classOf, isDeferred, poolOf, textAt, type Topology } from './topology.ts';

/**
 * Adds to owners what the topology asks of them. One whose topology is not passed on has not observed it either. Those that are in no
 * topology stay as they are.
 *
 * @throws CLUSTER_CLASS_MISSING, KUBERNETES_…
 */
export async function withTopology(
  objects: Objects,
  { cluster, core, topology }: { readonly cluster: Cluster; readonly core: string; readonly topology: Topology },
  owners: readonly RolloutOwner[],
  cancel?: AbortSignal,
): Promise<readonly RolloutOwner[]> {
  const clusterClass = await readClass(objects, { cluster, core, topology }, cancel);
  const all: RolloutOwner[] = [];
  for (const owner of owners) {
    const { template: ref } = owner;
    const template =
      ref.kind === templateKind ? await readMachineTemplate(objects, cluster.namespace, ref, cancel) : undefined;
    const managed = managedBy(clusterClass, topology, owner, template);
    all.push(managed === undefined ? owner : { ...owner, managed, observed: owner.observed && managed.passedOn });
  }
  return all;
}

async function readClass(
  objects: Objects,
  { cluster, core, topology }: { readonly cluster: Cluster; readonly core: string; readonly topology: Topology },
  cancel: AbortSignal | undefined,
): Promise<KubeObject> {
  const { name, namespace = cluster.namespace } = classOf(topology);
  const found = await objects.get({ apiVersion: core, kind: 'ClusterClass', namespace, name }, cancel);
  if (found !== undefined) return found;
  throw new SealiftError('CLUSTER_CLASS_MISSING', { values: { cluster: cluster.name, class: `${namespace}/${name}` } });
}

function managedBy(
  clusterClass: KubeObject,
  topology: Topology,
  owner: RolloutOwner,
  template: MachineTemplate | undefined,
): ManagedOwner | undefined {
  const isControlPlane = owner.kind === 'KubeadmControlPlane';
  const pool = isControlPlane || owner.pool === undefined ? undefined : poolOf(topology, owner.pool);
  if (!isControlPlane && pool === undefined) return undefined;
  const source = templateSource(clusterClass, pool?.class);
  const version = isDeferred(pool) ? owner.version : topology.version;
  const asked = source.from === 'variable' ? textAt(topology, pool?.name, source.place) : undefined;
  const passedOn = owner.version === version && (asked === undefined || asked === template?.template);
  return { pool: pool?.name, source, version, template: asked, passedOn };
}
