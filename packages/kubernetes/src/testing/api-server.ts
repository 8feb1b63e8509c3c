import { type Kubernetes, startKubernetes } from '@sealift/testkit/kube-apiserver';
import { peer } from '@sealift/testkit/peers';
import { KubernetesClient } from '../connection/client.ts';
import { Objects } from '../objects/objects.ts';

const etcd = peer('etcd');
const apiserver = peer('kube-apiserver');

/** Whether tests against a real API server have to be skipped, and what brings it. */
export const apiServerMissing = etcd.missing || apiserver.missing;
export const apiServerRemedy = apiserver.remedy;

/** A real API server with a client of it. */
export interface ApiServer {
  readonly kubernetes: Kubernetes;
  readonly client: KubernetesClient;
  readonly objects: Objects;
  stop(): Promise<void>;
}

/** Starts an API server of its own for one test file. */
export async function startApiServer(): Promise<ApiServer> {
  const kubernetes = await startKubernetes(etcd, apiserver);
  const client = await KubernetesClient.connect({ kubeconfig: kubernetes.kubeconfig });
  const stop = (): Promise<void> => {
    client.close();
    return kubernetes.stop();
  };
  return { kubernetes, client, objects: new Objects(client), stop };
}

/** Applies as another field manager than ours would, if need be by force. */
export async function applyAs(
  { client, objects }: ApiServer,
  manager: string,
  object: Parameters<Objects['create']>[0],
): Promise<void> {
  const { apiVersion, kind, metadata } = object;
  const path = await objects.pathOf({ apiVersion, kind, namespace: metadata.namespace, name: metadata.name });
  const query = { fieldManager: manager, force: 'true' };
  const contentType = 'application/apply-patch+yaml';
  const answer = await client.ask({ method: 'PATCH', path, query, body: object, contentType });
  if (answer.status >= 300) throw new Error(`HTTP status ${answer.status}: ${JSON.stringify(answer.body)}`);
}
