import { SealiftError } from '@sealift/core/errors';
import type { SoapService } from '@sealift/vsphere/call';
import type { VcenterClient } from '@sealift/vsphere/client';
import type { StorageCluster, ObjectName, StoredObject, WorkloadName } from './cluster.ts';
import { readClusterId } from './driver-config.ts';
import { type CnsState, type DriverConfig, driverName, type IdentityRecord, recordName } from './state.ts';
import { type CnsVolume, queryVolumes, queryVolumesById } from '@sealift/vsphere/cns-volumes';

const cloudConfigAt: ObjectName = { namespace: 'kube-system', name: 'vsphere-cloud-config' };
const cloudConfigKey = 'vsphere.conf';
const driverConfigKey = 'csi-vsphere.conf';
/** Where the driver's manifests, and those of old installations by Cluster API, put its Secret. */
const driverConfigPlaces: readonly ObjectName[] = ['vmware-system-csi', 'kube-system'].flatMap((namespace) => [
  { namespace, name: 'vsphere-config-secret' },
  { namespace, name: 'csi-vsphere-config' },
]);
/** The driver's own, of version 3 and newer. */
const generatedName = 'vsphere-csi-cluster-id';
const generatedKey = 'clusterID';

/** What is asked: the cluster by its API server, vCenter by its session. */
export interface CnsSides {
  readonly cluster: StorageCluster;
  readonly vcenter: VcenterClient;
  readonly service: SoapService;
  readonly cancel?: AbortSignal | undefined;
}

/**
 * Looks at everything; changes nothing.
 *
 * @throws CNS_DRIVER_NOT_FOUND, CNS_CONFIG_UNREADABLE, KUBERNETES_…, VSPHERE_…, CANCELLED
 */
export async function observe(sides: CnsSides): Promise<CnsState> {
  const { cluster, cancel } = sides;
  const driverConfig = await findDriverConfig(sides);
  const { namespace } = driverConfig.at;
  const generatedAt: ObjectName = { namespace, name: generatedName };
  const [cloud, generatedObject, recordObject, persistentVolumes, ...workloads] = await Promise.all([
    cluster.readConfigMap(cloudConfigAt, cancel),
    cluster.readConfigMap(generatedAt, cancel),
    cluster.readConfigMap(recordName, cancel),
    cluster.listPersistentVolumes(driverName, cancel),
    ...workloadsIn(namespace).map(async (at) => ({ at, now: await cluster.readWorkload(at, cancel) })),
  ]);
  const cloudConfig = cloud === undefined ? undefined : configOf(cloudConfigAt, cloudConfigKey, cloud);
  const generatedId = generatedObject?.data.get(generatedKey);
  const generated = generatedId === undefined ? undefined : { at: generatedAt, clusterId: generatedId };
  if (driverConfig.clusterId === undefined && generated === undefined) {
    throw notFound(`${namespace}/${driverConfig.at.name} names no cluster-id, and the driver has generated none`);
  }
  const record = recordObject === undefined ? undefined : recordOf(recordObject);
  const ids = [
    driverConfig.clusterId,
    generatedId,
    cloudConfig?.clusterId,
    record?.clusterId,
    ...(record?.previous ?? []),
  ];
  const volumes = await volumesOf(
    sides,
    new Set(ids.filter((id): id is string => id !== undefined && id !== '')),
    persistentVolumes.map(({ volumeHandle }) => volumeHandle),
  );
  return {
    cloudConfig,
    driverConfig,
    generated,
    record,
    workloads: workloads.flatMap(({ at, now }) => (now === undefined ? [] : [{ at, now }])),
    persistentVolumes,
    volumes,
  };
}

async function findDriverConfig({ cluster, cancel }: CnsSides): Promise<DriverConfig> {
  for (const at of driverConfigPlaces) {
    const found = await cluster.readSecret(at, cancel);
    const config = found === undefined ? undefined : configOf(at, driverConfigKey, found);
    if (config !== undefined) return config;
  }
  const looked = driverConfigPlaces.map(({ namespace, name }) => `${namespace}/${name}`).join(', ');
  throw notFound(`there is no Secret with the key ${driverConfigKey} (looked for ${looked})`);
}

function configOf(at: ObjectName, key: string, stored: StoredObject): DriverConfig | undefined {
  const text = stored.data.get(key);
  if (text === undefined) return undefined;
  const { resourceVersion, immutable } = stored;
  const clusterId = readClusterId(text, `${at.namespace}/${at.name} ${key}`);
  return { at, key, text, clusterId: clusterId === '' ? undefined : clusterId, resourceVersion, immutable };
}

function recordOf({ data }: StoredObject): IdentityRecord {
  const clusterId = data.get('cluster-id') ?? '';
  const { namespace, name } = recordName;
  if (clusterId === '') {
    const values = { reason: 'it has no cluster-id' };
    throw new SealiftError('CNS_CONFIG_UNREADABLE', { values, place: `${namespace}/${name}` });
  }
  const previous = (data.get('previous') ?? '').split('\n').filter((id) => id !== '');
  return { clusterId, previous };
}

/** The controller first: it is the one that talks to vCenter. */
function workloadsIn(namespace: string): readonly WorkloadName[] {
  return [
    { kind: 'Deployment', namespace, name: 'vsphere-csi-controller' },
    { kind: 'DaemonSet', namespace, name: 'vsphere-csi-node' },
    { kind: 'DaemonSet', namespace, name: 'vsphere-csi-node-windows' },
  ];
}

async function volumesOf(
  { vcenter, service, cancel }: CnsSides,
  clusterIds: ReadonlySet<string>,
  handles: readonly string[],
): Promise<readonly CnsVolume[]> {
  const found = new Map<string, CnsVolume>();
  for (const clusterId of clusterIds) {
    for (const volume of await queryVolumes(vcenter, service, { clusterId }, cancel)) found.set(volume.id, volume);
  }
  const missing = handles.filter((id) => !found.has(id));
  for (const volume of await queryVolumesById(vcenter, service, missing, cancel)) found.set(volume.id, volume);
  return [...found.values()];
}

function notFound(reason: string): SealiftError {
  return new SealiftError('CNS_DRIVER_NOT_FOUND', { values: { reason } });
}
