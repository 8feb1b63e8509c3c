import type { SeenWait } from '@sealift/core/upgrade';
import { z } from 'zod';
import type { ApiServerPod } from './api-server-etcd.ts';
import { type KubernetesClient, objectPath } from './connection/client.ts';
import { type ListOptions, listPages } from './connection/list-pages.ts';
import { asObject, type KubeObject } from './objects/object.ts';
import { readiness } from './status/readiness.ts';

/** A pod that runs an etcd member on a machine of the control plane. */
export interface EtcdPod {
  readonly name: string;
  readonly node: string;
  /** The image that it is started from; empty where it does not say. */
  readonly image: string;
  /** Why it is not ready, as its kubelet tells; null where it is. */
  readonly trouble: SeenWait | null;
  /** The API server beside it, whose member it is; null where there is none. */
  readonly apiServer: ApiServerPod | null;
}

/** As kubeadm labels its static pods. */
const query = { labelSelector: 'component in (etcd,kube-apiserver)' };
/** Where kubeadm lets an API server listen, unless it is told otherwise. */
const usualPort = 6443;
const probeSchema = z.object({ httpGet: z.object({ port: z.number().int().min(1).max(65_535) }) });
const podSchema = z.looseObject({
  metadata: z.looseObject({ labels: z.record(z.string(), z.string()) }),
  spec: z.looseObject({
    nodeName: z.string().nullish(),
    containers: z.array(z.looseObject({ image: z.string().optional(), readinessProbe: z.unknown().optional() })),
  }),
});

/**
 * The pods of etcd's members that kubeadm runs, with the API servers beside them; none where etcd is outside of the cluster. A kubelet tells within
 * seconds, as long as the API server that it tells has its own member.
 *
 * @throws as `listPages`
 */
export async function listEtcdPods(
  client: KubernetesClient,
  options: Pick<ListOptions, 'cancel'> = {},
): Promise<readonly EtcdPod[]> {
  const path = objectPath('/api/v1', 'pods', { namespace: 'kube-system' });
  const pods = await listPages(client, path, podSchema, { ...options, query });
  const of = (component: string) => pods.filter(({ metadata }) => metadata.labels['component'] === component);
  const servers = new Map(of('kube-apiserver').map((pod) => [pod.spec.nodeName, pod]));
  return of('etcd').map((pod) => {
    const etcd = asPod(pod, path);
    const server = servers.get(pod.spec.nodeName);
    return {
      name: etcd.metadata.name,
      node: pod.spec.nodeName ?? '',
      image: pod.spec.containers[0]?.image ?? '',
      trouble: readiness(etcd).wait,
      apiServer: server === undefined ? null : { name: asPod(server, path).metadata.name, port: portOf(server) },
    };
  });
}

/** The items of a list leave out what the list says of them all. */
function asPod(item: z.infer<typeof podSchema>, path: string): KubeObject {
  return asObject({ ...item, apiVersion: 'v1', kind: 'Pod' }, path);
}

function portOf({ spec }: z.infer<typeof podSchema>): number {
  return probeSchema.safeParse(spec.containers[0]?.readinessProbe).data?.httpGet.port ?? usualPort;
}
