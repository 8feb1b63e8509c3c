import { asSealiftError } from '@sealift/core/errors';
import { type EtcdPod, listEtcdPods } from '@sealift/kubernetes/etcd-pods';
import type { Objects } from '@sealift/kubernetes/objects';

/** The pods of etcd's members, or why they could not be read: then nobody knows how they are. */
export type EtcdLook = { readonly pods: readonly EtcdPod[] } | { readonly unread: string };

/** What does not answer must not hold up a rollout: behind a load balancer the next look may meet an API server whose own member is well. */
const lookMs = 2000;

/**
 * How the members of etcd are now. Cluster API looks at them only every few minutes when nothing else happens; their kubelets tell the API server of the
 * enterprise cluster at once. That one may be away meanwhile, which is no failure of a rollout.
 */
export async function lookAtEtcd(enterprise: () => Promise<Objects>, cancel: AbortSignal): Promise<EtcdLook> {
  const late = AbortSignal.timeout(lookMs);
  try {
    const { client } = await enterprise();
    return { pods: await listEtcdPods(client, { cancel: AbortSignal.any([cancel, late]) }) };
  } catch (error) {
    cancel.throwIfAborted();
    return { unread: late.aborted ? `no answer within ${lookMs / 1000} s` : asSealiftError(error).message };
  }
}
