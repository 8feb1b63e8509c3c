import type { BackupCluster, BackupRecordOf } from '@sealift/core/backup';
import { decode } from '@sealift/kubernetes/decode';
import type { Objects } from '@sealift/kubernetes/objects';
import type { Cancel } from '@sealift/upgrade/ports/cancel';
import { z } from 'zod';

const list = z.looseObject({ metadata: z.looseObject({ resourceVersion: z.string().max(100) }) });
const path = '/api/v1/namespaces';

/**
 * Says that a backup has no snapshot of a cluster's etcd, and which one would go with it. The version of a list is the revision of etcd that it
 * was read at (Kubernetes, "API Concepts": resource versions).
 *
 * @throws KUBERNETES_…
 */
export async function etcdOmitted(
  cluster: BackupCluster,
  objects: Objects,
  cancel: Cancel,
): Promise<BackupRecordOf<'omitted'>> {
  const system = await objects.get({ apiVersion: 'v1', kind: 'Namespace', name: 'kube-system' }, cancel);
  const { metadata } = decode(list, await objects.client.list(path, { limit: '1' }, cancel), path);
  return {
    record: 'omitted',
    what: `a snapshot of etcd of the ${cluster} cluster (kube-system ${system?.metadata.uid ?? 'unknown'})`,
    why: `it has all Secrets of the cluster and may be large: take one beside this backup with sealift cluster snapshot-etcd. Once its objects were read it was at revision ${metadata.resourceVersion}; a snapshot of that revision or a later one has all of them`,
  };
}
