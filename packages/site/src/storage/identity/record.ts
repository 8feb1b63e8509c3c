import { SealiftError } from '@sealift/core/errors';
import type { StorageCluster, StoredObject } from './cluster.ts';
import { type IdentityRecord, recordName } from './state.ts';

const idKey = 'cluster-id';
const previousKey = 'previous';

/** @throws CNS_CONFIG_UNREADABLE when it names no id */
export function recordOf({ data }: StoredObject): IdentityRecord {
  const clusterId = data.get(idKey) ?? '';
  const { namespace, name } = recordName;
  if (clusterId === '') {
    const values = { reason: 'it has no cluster-id' };
    throw new SealiftError('CNS_CONFIG_UNREADABLE', { values, place: `${namespace}/${name}` });
  }
  const previous = (data.get(previousKey) ?? '').split('\n').filter((id) => id !== '');
  return { clusterId, previous };
}

/**
 * Keeps an id in the cluster, in the place of one that turned out to be another cluster's too. An id that another run has chosen
 * meanwhile stays. The former ids are written first, so that a cut leaves the old id with one former id more.
 *
 * @throws KUBERNETES_CONFLICT when somebody else writes the record at the same time
 */
export async function keepRecord(
  cluster: StorageCluster,
  { clusterId, previous }: IdentityRecord,
  cancel: AbortSignal | undefined,
): Promise<void> {
  const data = { [idKey]: clusterId, [previousKey]: previous.join('\n') };
  if (await cluster.createConfigMap(recordName, data, cancel)) return;
  for (const key of [previousKey, idKey] as const) {
    const stored = await cluster.readConfigMap(recordName, cancel);
    if (stored === undefined || !previous.includes(recordOf(stored).clusterId)) return;
    const { resourceVersion } = stored;
    await cluster.setConfigMapKey(recordName, { resourceVersion, key, value: data[key] ?? '', cancel });
  }
}
