import type { ClusterVolume, ObjectName, Workload, WorkloadName } from './cluster.ts';
import type { CnsVolume } from '@sealift/vsphere/cns-volumes';

/** A configuration that names a cluster-id: the cloud provider's, or the driver's. */
export interface DriverConfig {
  readonly at: ObjectName;
  readonly key: string;
  /** The whole text; it may hold a password. */
  readonly text: string;
  readonly clusterId: string | undefined;
  readonly resourceVersion: string;
  readonly immutable: boolean;
}

/** Which id a repair has chosen, kept in the cluster before anything else is changed. */
export interface IdentityRecord {
  readonly clusterId: string;
  /** The ids that the cluster's volumes had before. */
  readonly previous: readonly string[];
}

/** Everything that is looked at, in Kubernetes and in vCenter, at one time. */
export interface CnsState {
  readonly cloudConfig: DriverConfig | undefined;
  readonly driverConfig: DriverConfig;
  /** The id that the driver generated for itself, in a ConfigMap that can't be changed. */
  readonly generated: { readonly at: ObjectName; readonly clusterId: string } | undefined;
  readonly record: IdentityRecord | undefined;
  readonly workloads: readonly { readonly at: WorkloadName; readonly now: Workload }[];
  readonly persistentVolumes: readonly ClusterVolume[];
  /** Volumes of this cluster's PersistentVolumes, and all that have the cluster-id in use or one it had before. */
  readonly volumes: readonly CnsVolume[];
}

/** Of the vSphere CSI driver. */
export const driverName = 'csi.vsphere.vmware.com';
/** Of pods: under which cluster-id they were started. */
export const podAnnotation = 'sealift.dev/cns-cluster-id';
export const recordName: ObjectName = { namespace: 'kube-system', name: 'sealift-storage-identity' };

/** The id that the driver works with: that of its configuration, else the one it generated. */
export function effectiveId({ driverConfig, generated }: CnsState): string | undefined {
  return driverConfig.clusterId ?? generated?.clusterId;
}

/** What a volume says that it belongs to under this id, as `PERSISTENT_VOLUME pvc-1`; nothing for one that nobody claims. */
export function claimsUnder({ entities }: CnsVolume, clusterId: string): readonly string[] {
  return entities
    .filter((entity) => entity.clusterId === undefined || entity.clusterId === clusterId)
    .map((entity) => [entity.type, [entity.namespace, entity.name].filter(Boolean).join('/')].join(' '));
}

/** Volumes under the id that belong to no PersistentVolume of this cluster. */
export function strangersUnder(state: Pick<CnsState, 'persistentVolumes' | 'volumes'>, clusterId: string) {
  const own = new Set(ownVolumes(state).map(({ id }) => id));
  return state.volumes.filter(({ id, clusterIds }) => clusterIds.includes(clusterId) && !own.has(id));
}

/** Whether another cluster has the id too, whatever its form: somebody else's volumes are registered under it. */
export function isShared(state: CnsState, clusterId: string): boolean {
  return strangersUnder(state, clusterId).some((volume) => claimsUnder(volume, clusterId).length > 0);
}

/** CNS knows a block volume by the handle, a file volume too: the handle is its id (`file:<uuid>`). */
export function ownVolumes({
  persistentVolumes,
  volumes,
}: Pick<CnsState, 'persistentVolumes' | 'volumes'>): readonly CnsVolume[] {
  const handles = new Set(persistentVolumes.map(({ volumeHandle }) => volumeHandle));
  return volumes.filter(({ id }) => handles.has(id));
}
