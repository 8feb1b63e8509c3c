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
    const answer = await client.ask({ method: 'GET', path: '/readyz', isHealth: true, cancel });
    if (answer.status === 403) {
      const remedy = 'Let the account read /readyz (ClusterRole system:public-info-viewer).';
      return { outcome: 'unknown', detail: `${name} may not be asked whether it is ready`, remedy };
    }
    if (answer.status === 429) {
      const detail = `${name} has too much to do to say whether it is ready`;
      return { outcome: 'unknown', detail, remedy: 'Look again when it has less to do.' };
    }
    const reason = trouble(answer);
    if (reason !== null) {
      const remedy = `See kubectl get --raw '/readyz?verbose' at ${client.server}, and the pods of the control plane.`;
      return block(`The API server of ${name} is not ready (${reason})`, remedy);
    }
  }
  return pass(`Ready: ${apis.map(({ name, client }) => `${name} (${client.server})`).join(', ')}`);
}

function trouble({ status, body }: Awaited<ReturnType<NamedApi['client']['ask']>>): string | null {
  if (status === 200) return null;
  // `[-]etcd failed: reason withheld`
  const lines = typeof body === 'string' ? body.slice(0, 20_000).split('\n') : [];
  const failing = lines.flatMap((line) => /^\[-\]([\w./-]{1,100})/.exec(line)?.[1] ?? []);
  return failing.length === 0
    ? `it answers with HTTP status ${status}`
    : `not ready: ${failing.slice(0, 10).join(', ')}`;
}
