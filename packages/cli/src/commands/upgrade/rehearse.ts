import { resolve } from 'node:path';
import { SealiftError } from '@sealift/core/errors';
import { rehearse } from '@sealift/site/rehearse';
import type { CliContext } from '../../context.ts';
import { type EtcdSourceOptions, etcdSource } from '../cluster/etcd-source.ts';
import { showRehearsal } from './rehearsal-report.ts';

export interface RehearseOptions extends EtcdSourceOptions {
  readonly etcdSnapshot?: string;
  readonly runningKubeApiserver: string;
  readonly kubeApiserver: string;
  readonly etcd: string;
  readonly etcdutl: string;
  readonly native?: true;
  readonly json?: true;
}

/** Tries the API server of another minor on a copy of a cluster; exit code 2 where something is in the way. @throws USAGE, REHEARSAL_…, ETCD_SNAPSHOT_FAILED, KUBERNETES_…, CANCELLED */
export async function rehearseUpgrade(options: RehearseOptions, context: CliContext): Promise<void> {
  const { etcdSnapshot, kubeconfig, managementKubeconfig, clusterName } = options;
  if (etcdSnapshot !== undefined && [kubeconfig, managementKubeconfig, clusterName].some((one) => one !== undefined)) {
    const reason = 'give --etcd-snapshot, or the cluster that one is taken of, not both';
    throw new SealiftError('USAGE', { values: { reason } });
  }
  const { runningKubeApiserver, kubeApiserver, etcd, etcdutl, native } = options;
  const rehearsal = await rehearse({
    snapshot: etcdSnapshot ?? etcdSource(options),
    // They are started in folders of their own.
    store: { etcd: resolve(etcd), etcdutl: resolve(etcdutl) },
    running: resolve(runningKubeApiserver),
    other: resolve(kubeApiserver),
    native,
    folder: context.env['TMPDIR'],
    cancel: context.cancel,
  });
  if (options.json === true) context.out(JSON.stringify(rehearsal));
  else showRehearsal(rehearsal, context);
  if (rehearsal.findings.length > 0) context.exitCode = 2;
}
