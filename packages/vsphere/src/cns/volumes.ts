import { SealiftError } from '@sealift/core/errors';
import { type SoapService, vsanService } from '../client/call.ts';
import type { VcenterClient } from '../client/client.ts';
import { only } from '../client/result.ts';
import { integer, many, optional, raw, record, required, text } from '../xml/decode.ts';
import type { XmlElement } from '@sealift/io/xml/element';
import { element, type XmlNode } from '../xml/encode.ts';

/** The one CnsVolumeManager of a vCenter (vSAN Management API). */
export const volumeManager = { type: 'CnsVolumeManager', value: 'cns-volume-manager' };

/** A volume of Cloud Native Storage. */
export interface CnsVolume {
  readonly id: string;
  readonly name: string;
  /** The cluster-ids it is registered under. */
  readonly clusterIds: readonly string[];
  readonly entities: readonly CnsEntity[];
  /** `CnsContainerCluster`s as they came, the one of `containerCluster` among them. */
  readonly clusters: readonly XmlElement[];
}

/** Something of Kubernetes that a volume belongs to (`CnsKubernetesEntityMetadata`). */
export interface CnsEntity {
  /** `PERSISTENT_VOLUME`, `PERSISTENT_VOLUME_CLAIM` or `POD`. */
  readonly type: string;
  readonly name: string;
  readonly namespace: string | undefined;
  readonly clusterId: string | undefined;
  readonly source: XmlElement;
}

/** Which volumes are asked for; several conditions must all hold. */
export interface VolumeFilter {
  readonly clusterId?: string;
  readonly ids?: readonly string[];
}

/** Volumes asked for in one answer. */
const pageSize = 100;
/** A million volumes; a listing that does not end is given up on. */
const pageLimit = 10_000;

const entityMetadata = record({
  entityName: required(text),
  clusterId: optional(text),
  entityType: optional(text),
  namespace: optional(text),
});
const containerCluster = record({ clusterId: required(text) });
const metadata = record({
  containerCluster: optional(raw),
  entityMetadata: many(raw),
  containerClusterArray: many(raw),
});
const volume = record({
  volumeId: required(record({ id: required(text) })),
  name: optional(text),
  metadata: optional(metadata),
});
const queryResult = record({
  volumes: many(volume),
  cursor: required(record({ offset: required(integer), totalRecords: optional(integer) })),
});

/**
 * Reads volumes (`CnsQueryVolume`), page by page. Pages are by offset, so volumes that come and go meanwhile may be missed or
 * stand twice; a volume is returned once.
 *
 * @throws VSPHERE_…, CANCELLED
 */
export async function queryVolumes(
  client: VcenterClient,
  service: SoapService,
  filter: VolumeFilter,
  cancel?: AbortSignal,
): Promise<readonly CnsVolume[]> {
  const found = new Map<string, CnsVolume>();
  let offset = 0;
  for (let count = 0; count < pageLimit; count += 1) {
    const page = await client.call({
      method: 'CnsQueryVolume',
      on: volumeManager,
      args: [element('filter', filterNodes(filter, offset), 'CnsQueryFilter')],
      result: only(queryResult),
      repeatable: true,
      service,
      cancel,
    });
    for (const one of page.volumes) found.set(one.volumeId.id, volumeOf(one));
    const { offset: next, totalRecords = next } = page.cursor;
    // The server may give fewer than asked for: its offset says how far it came.
    if (page.volumes.length === 0 || next <= offset || next >= totalRecords) return [...found.values()];
    offset = next;
  }
  const reason = `its list of volumes has more than ${pageLimit} pages`;
  throw new SealiftError('VSPHERE_ANSWER_INVALID', { values: { reason }, place: client.url.origin });
}

/** Reads volumes by their ids; the answer holds those that exist. @throws as `queryVolumes` */
export async function queryVolumesById(
  client: VcenterClient,
  service: SoapService,
  ids: readonly string[],
  cancel?: AbortSignal,
): Promise<readonly CnsVolume[]> {
  const found: CnsVolume[] = [];
  for (let at = 0; at < ids.length; at += pageSize) {
    found.push(...(await queryVolumes(client, service, { ids: ids.slice(at, at + pageSize) }, cancel)));
  }
  return found;
}

/** The vSAN API at the version that this vCenter speaks. */
export async function cnsService(client: VcenterClient, cancel?: AbortSignal): Promise<SoapService> {
  const version = await client.serviceVersion('/sdk/vsanServiceVersions.xml', vsanService.namespace, cancel);
  return version === undefined ? vsanService : { ...vsanService, version };
}

/** In the order of the schema: `CnsQueryFilter`. */
function filterNodes({ ids = [], clusterId }: VolumeFilter, offset: number): readonly XmlNode[] {
  return [
    ...ids.map((id) => element('volumeIds', [element('id', id)])),
    ...(clusterId === undefined ? [] : [element('containerClusterIds', clusterId)]),
    element('cursor', [element('offset', offset), element('limit', pageSize)]),
  ];
}

function volumeOf(read: ReturnType<typeof volume>): CnsVolume {
  const {
    containerCluster: first,
    entityMetadata: entities = [],
    containerClusterArray: all = [],
  } = read.metadata ?? {};
  const clusters = new Map<string, XmlElement>();
  for (const cluster of first === undefined ? all : [...all, first]) {
    const { clusterId } = containerCluster(cluster);
    if (clusterId !== '' && !clusters.has(clusterId)) clusters.set(clusterId, cluster);
  }
  return {
    id: read.volumeId.id,
    name: read.name ?? '',
    clusterIds: [...clusters.keys()],
    clusters: [...clusters.values()],
    entities: entities.map((source) => {
      const { entityName, entityType = '', namespace, clusterId } = entityMetadata(source);
      return { type: entityType, name: entityName, namespace: empty(namespace), clusterId: empty(clusterId), source };
    }),
  };
}

function empty(given: string | undefined): string | undefined {
  return given === '' ? undefined : given;
}
