import type { ControlPlaneMachine } from './control-plane/control-plane-machine.ts';
import { type Component, components, reportComponent } from './mirror-pods.ts';
import type { WorkloadCluster } from './workload-cluster.ts';

/** As a readiness probe has it: one failure may be a slow answer, or a member that waits for another to join. A program that ended is told at once. */
const failuresToTell = 3;

interface Told {
  failures: number;
  /** What the pod says; undefined while it is not sure, since the answer to a report may have been lost. */
  ready: boolean | undefined;
}

/** Reports the static pods of every control-plane machine as what their programs are: not ready when a program is gone or does not serve. */
export class PodReporter {
  readonly #workload: WorkloadCluster;
  readonly #told = new Map<string, Told>();

  constructor(workload: WorkloadCluster) {
    this.#workload = workload;
  }

  async report(): Promise<void> {
    if (!this.#workload.serves) return;
    // Each machine has a kubelet of its own.
    await Promise.all(this.#workload.machines.map((machine) => this.#reportMachine(machine)));
  }

  async #reportMachine(machine: ControlPlaneMachine): Promise<void> {
    for (const component of components) await this.#reportOne(machine, component);
  }

  async #reportOne(machine: ControlPlaneMachine, component: Component): Promise<void> {
    const { name } = machine.settings;
    const key = `${component}-${name}`;
    // kwok has made it ready.
    const told = this.#told.get(key) ?? { failures: 0, ready: true };
    this.#told.set(key, told);
    const serves = await this.#serves(machine, component);
    if (serves) told.failures = 0;
    else told.failures += machine.runs(component) ? 1 : failuresToTell;
    const ready = told.failures < failuresToTell;
    if (told.ready === ready) return;
    told.ready = undefined;
    if (await reportComponent(this.#workload.api, component, name, ready)) told.ready = ready;
  }

  async #serves(machine: ControlPlaneMachine, component: Component): Promise<boolean> {
    if (component === 'etcd') return machine.etcdHealthy();
    if (component === 'kube-apiserver') return this.#workload.isServing(machine);
    return this.#workload.servicesRun;
  }
}
