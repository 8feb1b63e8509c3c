import { KubernetesClient } from '@sealift/kubernetes/client';
import type { CnsSides } from '@sealift/site/identity-sides';
import { cnsService } from '@sealift/vsphere/cns-volumes';
import type { CliContext } from '../../context.ts';
import { storageCluster } from '@sealift/site/kubernetes-cluster';
import { connectVcenter } from './connection.ts';
import type { ConnectionOptions } from './connection.ts';

/** How the cluster and its vCenter are reached. */
export interface CnsOptions extends ConnectionOptions {
  readonly kubeconfig?: string;
  readonly context?: string;
  readonly json?: true;
}

/** Opens both sides of the storage identity, and closes them. */
export async function withSides(
  options: CnsOptions,
  context: CliContext,
  action: (sides: CnsSides) => Promise<void>,
): Promise<void> {
  const { env, cancel } = context;
  const kubernetes = await KubernetesClient.connect({ kubeconfig: options.kubeconfig, context: options.context, env });
  try {
    await using vcenter = await connectVcenter(options, context);
    const service = await cnsService(vcenter, cancel);
    await action({ cluster: storageCluster(kubernetes), vcenter, service, cancel });
  } finally {
    kubernetes.close();
  }
}
