import { appendFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { KubeObject } from '../kube-api.ts';
import { clusterStatus, type Contract, isProvisioned, type ProviderStatus, readContract } from './contract.ts';
import { PodReporter } from './pod-reporter.ts';
import type { ProviderScope } from './scope.ts';
import { assignAddresses } from './service-addresses.ts';
import { type Machine, MachineReconciler, type VSphereMachine } from './vsphere-machine.ts';

interface VSphereCluster extends KubeObject {
  readonly status?: ProviderStatus;
}

interface Cluster extends KubeObject {
  readonly spec?: { readonly paused?: boolean };
}

const everyMs = 500;
const clusterLabel = 'cluster.x-k8s.io/cluster-name';
const pausedAnnotation = 'cluster.x-k8s.io/paused';

/**
 * The infrastructure provider for Cluster API: it serves the kinds of the vSphere provider, and does what vCenter, a virtual machine,
 * kubeadm and a kubelet do together. It looks twice a second at all that there is, and takes each object one step on.
 */
export class MachineProvider {
  readonly #scope: ProviderScope;
  readonly #contract: Contract;
  readonly #machines: MachineReconciler;
  readonly #pods: PodReporter;
  readonly #log: string;
  readonly #stopping = new AbortController();
  readonly #loop: Promise<void>;

  private constructor(scope: ProviderScope, contract: Contract, folder: string, joined: readonly string[]) {
    this.#scope = scope;
    this.#contract = contract;
    this.#log = join(folder, 'provider.log');
    this.#machines = new MachineReconciler(scope, contract);
    this.#machines.resume(joined);
    this.#pods = new PodReporter(scope.workload);
    this.#loop = this.#run();
  }

  /**
   * @param folder for its log
   * @param joined machines of a saved site that are members of their cluster
   * @throws Error when the management cluster does not know the kinds
   */
  static async start(
    scope: ProviderScope,
    { folder, joined = [] }: { readonly folder: string; readonly joined?: readonly string[] },
  ): Promise<MachineProvider> {
    return new MachineProvider(scope, await readContract(scope.management), folder, joined);
  }

  /** Machines that are members of their cluster. */
  get joined(): string[] {
    return this.#machines.joined;
  }

  get scope(): ProviderScope {
    return this.#scope;
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#loop;
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      await this.#guard('a pass', () => this.#pass());
      await pause(everyMs, signal);
    }
  }

  async #pass(): Promise<void> {
    const { management, namespace } = this.#scope;
    const list = <Kind extends KubeObject>(group: string, plural: string): Promise<readonly Kind[]> =>
      management.list<Kind>(`${group}/namespaces/${namespace}/${plural}`);
    const core = '/apis/cluster.x-k8s.io/v1beta2';
    const [clusters, owners, infrastructures, machines] = await Promise.all([
      list<Cluster>(core, 'clusters'),
      list<Machine>(core, 'machines'),
      list<VSphereCluster>(this.#contract.api, 'vsphereclusters'),
      list<VSphereMachine>(this.#contract.api, 'vspheremachines'),
    ]);
    const paused = new Set(clusters.filter(isPaused).map(({ metadata }) => metadata.name));
    const isMoving = (object: KubeObject): boolean =>
      !isPaused(object) && !paused.has(object.metadata.labels?.[clusterLabel] ?? '');
    await Promise.all([
      ...infrastructures
        .filter(isMoving)
        .map((one) => this.#guard(one.metadata.name, () => this.#reconcileCluster(one))),
      ...machines.filter(isMoving).map((one) => {
        const name = one.metadata.ownerReferences?.find(({ kind }) => kind === 'Machine')?.name;
        const owner = owners.find(({ metadata }) => metadata.name === name);
        return this.#guard(one.metadata.name, () => this.#machines.reconcile(one, owner));
      }),
      this.#guard('the pods', () => this.#pods.report()),
      this.#guard('the services', () => this.#assignAddresses()),
    ]);
  }

  async #assignAddresses(): Promise<void> {
    const { workload } = this.#scope;
    if (workload.serves) await assignAddresses(workload.api);
  }

  async #reconcileCluster(cluster: VSphereCluster): Promise<void> {
    if (cluster.metadata.ownerReferences === undefined || isProvisioned(cluster.status ?? {})) return;
    const status = clusterStatus(this.#contract, cluster.status);
    const path = `${this.#contract.api}/namespaces/${cluster.metadata.namespace}/vsphereclusters/${cluster.metadata.name}`;
    if (status !== undefined) await this.#scope.management.merge(`${path}/status`, { status });
  }

  /** What fails is tried again with the next pass; its reason is kept. */
  async #guard(what: string, act: () => Promise<void>): Promise<void> {
    try {
      await act();
    } catch (error) {
      const reason = error instanceof Error ? (error.stack ?? error.message) : String(error);
      await appendFile(this.#log, `${new Date().toISOString()} ${what}: ${reason}\n`).catch(() => undefined);
    }
  }
}

function isPaused({ metadata, spec }: KubeObject & Pick<Cluster, 'spec'>): boolean {
  return spec?.paused === true || metadata.annotations?.[pausedAnnotation] !== undefined;
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener('abort', () => (clearTimeout(timer), resolve()), { once: true });
  });
}
