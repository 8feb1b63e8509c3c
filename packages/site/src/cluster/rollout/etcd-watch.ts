import { asSealiftError } from '@sealift/core/errors';
import { waitingFor } from '@sealift/core/upgrade';
import { reachesEtcd } from '@sealift/kubernetes/api-server-etcd';
import type { KubernetesClient } from '@sealift/kubernetes/client';
import { type EtcdPod, listEtcdPods } from '@sealift/kubernetes/etcd-pods';
import type { Objects } from '@sealift/kubernetes/objects';

/** The pods of etcd's members, or why they could not be read: then nobody knows how they are. */
export type EtcdLook = { readonly pods: readonly EtcdPod[] } | { readonly unread: string };

/** What does not answer must not hold up a rollout: behind a load balancer the next look may meet an API server whose own member is well. */
const lookMs = 2000;
/** An API server waits for its member for 2 s before it says that it does not reach it. */
const askMs = 4000;
/** How often those are asked that were well. */
const pauseMs = 3000;

/**
 * How the members of etcd are, look for look. Cluster API looks at them only every few minutes when nothing else happens. A member's kubelet tells the API
 * server of the enterprise cluster at once, but on a control plane it may tell only the one on its own machine, which can't write without
 * that member: so those are asked too, whether they reach theirs. That none of them answers is no failure of a rollout.
 */
export class EtcdWatch {
  readonly #enterprise: () => Promise<Objects>;
  readonly #now: () => Date;
  /** Since when API servers say that they do not reach their members, by the members' pods. */
  #away: ReadonlyMap<string, string> = new Map();
  #askedAt = Number.NEGATIVE_INFINITY;
  /** Whether the last answers leave something open. */
  #open = false;

  constructor(enterprise: () => Promise<Objects>, now: () => Date) {
    this.#enterprise = enterprise;
    this.#now = now;
  }

  /** How they are now. */
  async look(cancel: AbortSignal): Promise<EtcdLook> {
    const late = AbortSignal.timeout(lookMs);
    try {
      const { client } = await this.#enterprise();
      const pods = await listEtcdPods(client, { cancel: AbortSignal.any([cancel, late]) });
      await this.#ask(client, pods, cancel);
      return { pods: pods.map((pod) => this.#told(pod)) };
    } catch (error) {
      cancel.throwIfAborted();
      return { unread: late.aborted ? `no answer within ${lookMs / 1000} s` : asSealiftError(error).message };
    }
  }

  async #ask(client: KubernetesClient, pods: readonly EtcdPod[], cancel: AbortSignal): Promise<void> {
    if (!this.#open && performance.now() - this.#askedAt < pauseMs) return;
    this.#askedAt = performance.now();
    const before = this.#away;
    const at = this.#now().toISOString();
    const away = await Promise.all(
      pods.map(async ({ name, apiServer }): Promise<readonly (readonly [string, string])[]> => {
        const since = before.get(name);
        const reached = apiServer === null ? undefined : await answerOf(client, apiServer, cancel);
        // One that does not answer is as it was.
        return reached === false || (reached === undefined && since !== undefined) ? [[name, since ?? at]] : [];
      }),
    );
    this.#away = new Map(away.flat());
    this.#open = this.#away.size > 0;
  }

  #told(pod: EtcdPod): EtcdPod {
    const since = this.#away.get(pod.name);
    if (pod.trouble !== null || since === undefined) return pod;
    const what = `${pod.apiServer?.name ?? ''} does not reach it`;
    return { ...pod, trouble: waitingFor(what, { since, object: { kind: 'Pod', name: pod.name } }) };
  }
}

async function answerOf(
  client: KubernetesClient,
  apiServer: NonNullable<EtcdPod['apiServer']>,
  given: AbortSignal,
): Promise<boolean | undefined> {
  const late = AbortSignal.timeout(askMs);
  try {
    return await reachesEtcd(client, apiServer, AbortSignal.any([given, late]));
  } catch {
    given.throwIfAborted();
    return undefined;
  }
}
