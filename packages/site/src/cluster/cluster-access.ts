import type { Objects } from '@sealift/kubernetes/objects';
import { OnDemand } from '../on-demand.ts';

/** Whoever calls through it tries again himself, and says meanwhile what he waits for: within seconds. */
const retryDelaysMs = [200, 500, 1000];

/** One connection to the API server of a cluster, opened when it is first needed and kept. */
export class ClusterAccess {
  /** Undefined: as kubectl looks for it. */
  readonly kubeconfig: string | undefined;
  readonly #objects: OnDemand<Objects>;

  constructor(kubeconfig: string | undefined) {
    this.kubeconfig = kubeconfig;
    this.#objects = new OnDemand(async () => {
      // They take seconds to load: only when they are needed.
      const [{ KubernetesClient }, objects] = await Promise.all([
        import('@sealift/kubernetes/client'),
        import('@sealift/kubernetes/objects'),
      ]);
      return new objects.Objects(await KubernetesClient.connect({ kubeconfig, retryDelaysMs }));
    });
  }

  /** @throws KUBERNETES_CONFIG_INVALID */
  objects(): Promise<Objects> {
    return this.#objects.get();
  }

  async close(): Promise<void> {
    (await this.#objects.take())?.client.close();
  }
}
