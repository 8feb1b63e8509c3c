import { setTimeout as delay } from 'node:timers/promises';
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
/** Who answers so late is heard with the next look. */
const patienceMs = 250;
/** How often those are asked that were well. */
const pauseMs = 4000;

/**
 * How the members of etcd are, look for look. Cluster API looks at them only every few minutes when nothing else happens. A member's kubelet tells the API
 * server of the enterprise cluster at once, but on a control plane it may tell only the one on its own machine, which can't write without
 * that member: so while machines are replaced those are asked too, whether they reach theirs. That none of them answers is no failure of a
 * rollout, and holds nothing up.
 */
export class EtcdWatch {
  readonly #enterprise: () => Promise<Objects>;
  readonly #now: () => Date;
  /** Since when API servers say that they do not reach their members, by the members' pods. */
  readonly #away = new Map<string, string>();
  #asking: Promise<unknown> | undefined;
  #askedAt = Number.NEGATIVE_INFINITY;

  constructor(enterprise: () => Promise<Objects>, now: () => Date) {
    this.#enterprise = enterprise;
    this.#now = now;
  }

  /** How they are now. @param isRolling whether machines of the control plane are being replaced */
  async look(isRolling: boolean, cancel: AbortSignal): Promise<EtcdLook> {
    const late = AbortSignal.timeout(lookMs);
    try {
      const { client } = await this.#enterprise();
      const pods = await listEtcdPods(client, { cancel: AbortSignal.any([cancel, late]) });
      if (isRolling) await this.#ask(client, pods, cancel);
      else this.#away.clear();
      return { pods: pods.map((pod) => this.#told(pod)) };
    } catch (error) {
      cancel.throwIfAborted();
      return { unread: late.aborted ? `no answer within ${lookMs / 1000} s` : asSealiftError(error).message };
    }
  }

  async #ask(client: KubernetesClient, pods: readonly EtcdPod[], cancel: AbortSignal): Promise<void> {
    const there = new Set(pods.map(({ name }) => name));
    for (const name of this.#away.keys()) if (!there.has(name)) this.#away.delete(name);
    const isDue = this.#away.size > 0 || performance.now() - this.#askedAt >= pauseMs;
    if (this.#asking === undefined && isDue) {
      this.#askedAt = performance.now();
      const until = AbortSignal.any([cancel, AbortSignal.timeout(askMs)]);
      this.#asking = Promise.all(pods.map((pod) => this.#askOne(client, pod, until))).finally(() => {
        this.#asking = undefined;
      });
    }
    const heard = new AbortController();
    const patience = delay(patienceMs, undefined, { signal: heard.signal }).catch(() => undefined);
    await Promise.race([this.#asking, patience]);
    heard.abort();
  }

  /** One that does not answer is as it was. */
  async #askOne(client: KubernetesClient, { name, apiServer }: EtcdPod, until: AbortSignal): Promise<void> {
    if (apiServer === null) return;
    const reached = await reachesEtcd(client, apiServer, until).catch(() => undefined);
    if (reached === true) this.#away.delete(name);
    if (reached === false && !this.#away.has(name)) this.#away.set(name, this.#now().toISOString());
  }

  #told(pod: EtcdPod): EtcdPod {
    const since = this.#away.get(pod.name);
    if (pod.trouble !== null || since === undefined) return pod;
    const what = `${pod.apiServer?.name ?? ''} does not reach it`;
    return { ...pod, trouble: waitingFor(what, { since, object: { kind: 'Pod', name: pod.name } }) };
  }
}
