import { type Component, reportComponent } from './mirror-pods.ts';
import type { WorkloadCluster } from './workload-cluster.ts';

/** Reports the static pods of every control-plane machine as what their programs are: not ready when a program is gone or does not serve. */
export class PodReporter {
  readonly #workload: WorkloadCluster;
  readonly #reported = new Map<string, boolean>();

  constructor(workload: WorkloadCluster) {
    this.#workload = workload;
  }

  async report(): Promise<void> {
    if (!this.#workload.serves) return;
    for (const machine of this.#workload.machines) {
      const { name } = machine.settings;
      const serves: Readonly<Record<Component, boolean>> = {
        etcd: await machine.etcdHealthy(),
        'kube-apiserver': await machine.check(),
        'kube-controller-manager': this.#workload.servicesRun,
        'kube-scheduler': this.#workload.servicesRun,
      };
      for (const [component, good] of Object.entries(serves)) {
        const key = `${component}-${name}`;
        // kwok has said once that it is ready.
        if ((this.#reported.get(key) ?? true) === good) continue;
        if (await reportComponent(this.#workload.api, component as Component, name, good))
          this.#reported.set(key, good);
      }
    }
  }
}
