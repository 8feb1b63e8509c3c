import type { SeenWait } from '@sealift/core/upgrade';
import { z } from 'zod';
import { type KubernetesClient, objectPath } from './connection/client.ts';
import { type ListOptions, listPages } from './connection/list-pages.ts';
import { asObject } from './objects/object.ts';
import { readiness } from './status/readiness.ts';

/** A pod that runs an etcd member on a machine of the control plane. */
export interface EtcdPod {
  readonly name: string;
  readonly node: string;
  /** Why it is not ready, as its kubelet tells; null where it is. */
  readonly trouble: SeenWait | null;
}

/** As kubeadm labels the static pod of a member. */
const query = { labelSelector: 'component=etcd' };
const nodeName = z.object({ nodeName: z.string().nullish() });

/** The pods of etcd's members that kubeadm runs, none where etcd is outside of the cluster. A kubelet tells within seconds. @throws as `listPages` */
export async function listEtcdPods(
  client: KubernetesClient,
  options: Pick<ListOptions, 'cancel'> = {},
): Promise<readonly EtcdPod[]> {
  const path = objectPath('/api/v1', 'pods', { namespace: 'kube-system' });
  // The items of a list leave out what the list says of them all.
  const item = z.looseObject({ spec: nodeName }).transform((value): EtcdPod => {
    const pod = asObject({ ...value, apiVersion: 'v1', kind: 'Pod' }, path);
    return { name: pod.metadata.name, node: value.spec.nodeName ?? '', trouble: readiness(pod).wait };
  });
  return await listPages(client, path, item, { ...options, query });
}
