import { SealiftError } from '@sealift/core/errors';
import type { SoapService } from '@sealift/vsphere/call';
import type { VcenterClient } from '@sealift/vsphere/client';
import type { StorageCluster, ObjectName, StoredObject, WorkloadName } from './cluster.ts';
import { isYaml, readClusterId } from './driver-config.ts';
import { type CnsState, type DriverConfig, driverName, recordName, strangersUnder } from './state.ts';
import { recordOf } from './record.ts';
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
  // The cloud provider's YAML form carries no cluster-id: nothing in it is to be read or changed.
  const named = cloud !== undefined && !isYaml(cloud.data.get(cloudConfigKey) ?? '');
  const cloudConfig = named ? configOf(cloudConfigAt, cloudConfigKey, cloud) : undefined;
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
  const used = new Set(ids.filter((id): id is string => id !== undefined && id !== ''));
  const handles = persistentVolumes.map(({ volumeHandle }) => volumeHandle);
  const volumes = await volumesOf(sides, used, handles);
  return {
    cloudConfig,
    driverConfig,
    generated,
    record,
    workloads: workloads.flatMap(({ at, now }) => (now === undefined ? [] : [{ at, now }])),
    persistentVolumes: await withNewVolumes(sides, used, { persistentVolumes, volumes }),
    volumes,
  };
}

/** A volume made while both sides were listed is no stranger: where there are strangers, the cluster is asked once more. */
async function withNewVolumes(
  { cluster, cancel }: CnsSides,
  clusterIds: ReadonlySet<string>,
  listed: Pick<CnsState, 'persistentVolumes' | 'volumes'>,
): Promise<CnsState['persistentVolumes']> {
  const strangers = new Set([...clusterIds].flatMap((id) => strangersUnder(listed, id).map((volume) => volume.id)));
  if (strangers.size === 0) return listed.persistentVolumes;
  const again = await cluster.listPersistentVolumes(driverName, cancel);
  return [...listed.persistentVolumes, ...again.filter(({ volumeHandle }) => strangers.has(volumeHandle))];
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
