import type { SnapshotSource } from '@sealift/site/save-etcd-snapshot';
import type { Command } from 'commander';
import { parseNamespaced } from '../namespaced.ts';

/** Which cluster's etcd is meant. */
export interface EtcdSourceOptions {
  readonly kubeconfig?: string;
  readonly managementKubeconfig?: string;
  readonly clusterName?: string;
}

/** Adds the options that say which cluster's etcd is meant. */
export function withEtcdSource(command: Command): Command {
  return command
    .option('--kubeconfig <file>', 'of the enterprise cluster; else KUBECONFIG, else ~/.kube/config')
    .option(
      '--management-kubeconfig <file>',
      'of the cluster whose Cluster API makes its machines, where that is another one',
    )
    .option('--cluster-name <namespace/name>', 'its Cluster, where Cluster API knows several');
}

/** @throws USAGE */
export function etcdSource({ kubeconfig, managementKubeconfig, clusterName }: EtcdSourceOptions): SnapshotSource {
  return {
    enterprise: { kubeconfig },
    management: managementKubeconfig === undefined ? undefined : { kubeconfig: managementKubeconfig },
    cluster: parseNamespaced('--cluster-name', clusterName),
  };
}
