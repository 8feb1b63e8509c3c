import { saveEtcdSnapshot } from '@sealift/site/save-etcd-snapshot';
import type { CliContext } from '../../context.ts';
import { type EtcdSourceOptions, etcdSource } from './etcd-source.ts';

export interface SnapshotEtcdOptions extends EtcdSourceOptions {
  readonly output: string;
  readonly json?: true;
}

/** Saves a snapshot of the cluster's etcd. @throws USAGE, ETCD_SNAPSHOT_FAILED, FILE_UNWRITABLE, CLUSTER_*, KUBERNETES_* */
export async function snapshotEtcd(options: SnapshotEtcdOptions, context: CliContext): Promise<void> {
  const saved = await saveEtcdSnapshot(etcdSource(options), options.output, context.cancel);
  const { path, pod, sizeBytes, sha256 } = saved;
  if (options.json === true) context.out(JSON.stringify({ path, pod, sizeBytes, sha256 }));
  else context.out(`${path}  ${sizeBytes} bytes, of ${pod}; its sum is right`);
  context.note(
    'It holds every Secret of the cluster: keep it as such. `sealift backup create --etcd-snapshot FILE` notes in a backup that it lies beside it.',
  );
}
