import { dirname, resolve } from 'node:path';
import { isSealiftError, SealiftError } from '@sealift/core/errors';
import { PendingFile } from '@sealift/io/pending-file';
import type { KubeconfigChoice } from '@sealift/kubernetes/access';
import { type ClusterName, findCluster } from '@sealift/kubernetes/cluster';
import { servedClusterApi } from '@sealift/kubernetes/cluster-api-discovery';
import { etcdLogin } from '@sealift/kubernetes/etcd-login';
import { listEtcdPods } from '@sealift/kubernetes/etcd-pods';
import { type EtcdSnapshot, takeEtcdSnapshot } from '@sealift/kubernetes/etcd-snapshot';
import type { Objects } from '@sealift/kubernetes/objects';
import { ClusterAccess } from '../cluster/cluster-access.ts';

/** The cluster whose etcd is meant. */
export interface SnapshotSource {
  readonly enterprise: KubeconfigChoice;
  /** The cluster whose Cluster API makes its machines, where that is another one. */
  readonly management: KubeconfigChoice | undefined;
  /** Where Cluster API knows several. */
  readonly cluster?: ClusterName | undefined;
}

/** A snapshot that lies in a file, and of which member it is. */
export interface SavedSnapshot extends EtcdSnapshot {
  readonly path: string;
  readonly pod: string;
}

/**
 * Saves a snapshot of a cluster's etcd, readable by its owner alone: whole, or not at all. A member that gives none is passed over for the next.
 *
 * @throws ETCD_SNAPSHOT_FAILED, FILE_UNWRITABLE, CLUSTER_…, KUBERNETES_…, CANCELLED
 */
export async function saveEtcdSnapshot(
  source: SnapshotSource,
  file: string,
  cancel: AbortSignal,
): Promise<SavedSnapshot> {
  const enterprise = new ClusterAccess(source.enterprise);
  const management = source.management === undefined ? enterprise : new ClusterAccess(source.management);
  try {
    const workload = await enterprise.objects();
    const login = await loginOf(await management.objects(), source.cluster, cancel);
    const pods = await listEtcdPods(workload.client, { cancel });
    if (pods.length === 0) throw failed('the cluster has no pod of an etcd member: etcd runs outside of it');
    const path = resolve(file);
    const reasons: string[] = [];
    // The best first: one that is in trouble may still tell what it has.
    for (const { name: pod } of pods.toSorted((a, b) => Number(a.trouble !== null) - Number(b.trouble !== null))) {
      try {
        return { path, pod, ...(await save(workload, { pod, login }, path, cancel)) };
      } catch (error) {
        if (!isMembersFault(error)) throw error;
        reasons.push(`${pod}: ${error.message}`);
      }
    }
    throw failed(reasons.join('; '));
  } finally {
    await Promise.allSettled([enterprise.close(), management.close()]);
  }
}

async function loginOf(management: Objects, named: ClusterName | undefined, cancel: AbortSignal) {
  const { core } = await servedClusterApi(management.discovery, cancel);
  return await etcdLogin(management, await findCluster(management, core, named, cancel), cancel);
}

async function save(
  { client }: Objects,
  member: Parameters<typeof takeEtcdSnapshot>[1],
  path: string,
  cancel: AbortSignal,
): Promise<EtcdSnapshot> {
  await using file = await PendingFile.create(dirname(path), { mode: 0o600, shownAs: path });
  const snapshot = await takeEtcdSnapshot(client, member, (bytes) => file.write(bytes), cancel);
  await file.commit(path);
  return snapshot;
}

const ofMembers = new Set(['ETCD_SNAPSHOT_FAILED', 'KUBERNETES_UNREACHABLE', 'KUBERNETES_ANSWER_INVALID']);

function isMembersFault(error: unknown): error is SealiftError {
  return isSealiftError(error) && ofMembers.has(error.code);
}

function failed(reason: string): SealiftError {
  return new SealiftError('ETCD_SNAPSHOT_FAILED', { values: { reason } });
}
