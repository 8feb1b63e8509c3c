import type { KubeconfigChoice } from '@sealift/kubernetes/access';
import type { Objects } from '@sealift/kubernetes/objects';
import { OnDemand } from '../on-demand.ts';

/** Whoever calls through it tries again himself, and says meanwhile what he waits for: within seconds. */
const retryDelaysMs = [200, 500, 1000];

/** One connection to the API server of a cluster, opened when it is first needed and kept. */
export class ClusterAccess {
  readonly choice: KubeconfigChoice;
  readonly #objects: OnDemand<Objects>;

  /** @param choice as kubectl looks for it where it names none */
  constructor(choice: KubeconfigChoice = {}) {
    this.choice = choice;
    this.#objects = new OnDemand(async () => {
      // They take seconds to load: only when they are needed.
      const [{ KubernetesClient }, objects] = await Promise.all([
        import('@sealift/kubernetes/client'),
        import('@sealift/kubernetes/objects'),
      ]);
      return new objects.Objects(await KubernetesClient.connect({ ...choice, retryDelaysMs }));
    });
  }

  /** @throws KUBERNETES_CONFIG_INVALID, KUBERNETES_CONFIG_NOT_CONTAINED */
  objects(): Promise<Objects> {
    return this.#objects.get();
  }

  async close(): Promise<void> {
    (await this.#objects.take())?.client.close();
  }
}
