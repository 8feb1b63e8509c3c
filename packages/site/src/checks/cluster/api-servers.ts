import { isSealiftError } from '@sealift/core/errors';
import type { KubernetesClient } from '@sealift/kubernetes/client';
import { block, type Finding, pass } from '@sealift/upgrade/preflight/check';

/** An API server, and what it is called. */
export interface NamedApi {
  readonly name: string;
  readonly client: Pick<KubernetesClient, 'ask' | 'server'>;
}

/** Whether each API server says of itself that it is ready, its etcd and its start-up hooks included (Kubernetes, "API health endpoints"). */
export async function apiServersReady(apis: readonly NamedApi[], cancel: AbortSignal): Promise<Finding> {
  for (const { name, client } of apis) {
    const reason = await trouble(client, cancel);
    if (reason !== null) {
      const remedy = `See kubectl get --raw '/readyz?verbose' at ${client.server}, and the pods of the control plane.`;
      return block(`The API server of ${name} is not ready: ${reason}`, remedy);
    }
  }
  return pass(`Ready: ${apis.map(({ name, client }) => `${name} (${client.server})`).join(', ')}`);
}

async function trouble(client: NamedApi['client'], cancel: AbortSignal): Promise<string | null> {
  try {
    const { status } = await client.ask({ method: 'GET', path: '/readyz', cancel });
    return status === 200 ? null : `it answers with HTTP status ${status}`;
  } catch (error) {
    if (isSealiftError(error, 'KUBERNETES_UNAVAILABLE')) return error.message;
    throw error;
  }
}
