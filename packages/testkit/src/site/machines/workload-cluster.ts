import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { BoundProcess } from '../../process/bound-process.ts';
import { KubeApi } from '../kube-api.ts';
import type { PortBlock } from '../port-block.ts';
import { companionFor, type SitePrograms } from '../programs.ts';
import { Balancer } from './control-plane/balancer.ts';
import { ClusterCertificates } from './control-plane/cluster-certificates.ts';
import { ControlPlaneMachine, type ControlPlaneSettings } from './control-plane/control-plane-machine.ts';
import { joinEtcd } from './control-plane/etcd-member.ts';
import {
  type ClusterConfiguration,
  configurationIn,
  extraArgsOf,
  readConfiguration,
  uploadConfiguration,
  volumesOf,
} from './control-plane/kubeadm-config.ts';
import { prepareKwok } from './kwok.ts';
import { startProgram } from './program.ts';

/** Places in the site's block of ports. */
const places = { kwok: 2, controllerManager: 3, scheduler: 4, machines: 60 } as const;
export const endpointPlace = 1;
/** In which etcd writes what it has. */
const keepMs = 10_000;

export interface WorkloadOptions {
  readonly name: string;
  readonly namespace: string;
  /** For data, certificates and logs. */
  readonly folder: string;
  readonly ports: PortBlock;
  readonly programs: SitePrograms;
}

/**
 * The workload cluster: its control-plane machines' real programs behind a load balancer, one kwok for all kubelets, one controller
 * manager and one scheduler.
 */
export class WorkloadCluster {
  readonly name: string;
  readonly certificates: ClusterCertificates;
  readonly kubeletPort: number;
  readonly #options: WorkloadOptions;
  readonly #balancer = new Balancer();
  readonly #machines = new Map<string, ControlPlaneMachine>();
  #services: readonly BoundProcess[] = [];
  #starting: Promise<void> | undefined;
  #api: KubeApi | undefined;

  private constructor(options: WorkloadOptions) {
    this.#options = options;
    this.name = options.name;
    this.certificates = new ClusterCertificates(options.folder);
    this.kubeletPort = options.ports.at(places.kwok);
  }

  static async open(options: WorkloadOptions): Promise<WorkloadCluster> {
    await mkdir(options.folder, { recursive: true });
    const cluster = new WorkloadCluster(options);
    await cluster.#balancer.listen(options.ports.at(endpointPlace));
    return cluster;
  }

  /** `https://127.0.0.1:<port>`, the control-plane endpoint. */
  get server(): string {
    return `https://127.0.0.1:${this.#options.ports.first + endpointPlace}`;
  }

  get kubeconfig(): string {
    return this.certificates.path('admin.kubeconfig');
  }

  /** Access through the load balancer; the certificates have to be there. */
  get api(): KubeApi {
    this.#api ??= new KubeApi(this.certificates.admin(this.server));
    return this.#api;
  }

  /** Whether an API server serves and the cluster's own programs run. */
  get serves(): boolean {
    return this.#balancer.open && this.#services.length > 0;
  }

  get servicesRun(): boolean {
    return this.#services.length > 0 && this.#services.every(({ ended }) => !ended);
  }

  /** Whether the load balancer sends to a machine. */
  isServing(machine: ControlPlaneMachine): boolean {
    return this.#balancer.serves(machine);
  }

  machine(name: string): ControlPlaneMachine | undefined {
    return this.#machines.get(name);
  }

  get machines(): readonly ControlPlaneMachine[] {
    return [...this.#machines.values()];
  }

  /** The certificates that the control plane's controller makes; false while it has not. */
  prepare(management: KubeApi): Promise<boolean> {
    const { namespace, name } = this.#options;
    return this.certificates.prepare(management, { namespace, cluster: name, server: this.server });
  }

  /**
   * Does what cloud-init and kubeadm do on a new control-plane machine: `init` when its bootstrap data hold a cluster's configuration, else `join`.
   *
   * @throws Error when the running etcd members do not let another in, or there is no API server of that version
   */
  async startMachine(name: string, version: string, userData: string): Promise<ControlPlaneMachine> {
    const present = this.#machines.get(name);
    if (present !== undefined) return present;
    const configuration = configurationIn(userData) ?? (await readConfiguration(this.api));
    const { ports, programs } = this.#options;
    const etcdTag = configuration.etcd?.local?.imageTag ?? programs.etcdTag(version);
    const [etcd, peer, api] = [ports.next(places.machines), ports.next(places.machines), ports.next(places.machines)];
    const running: number[] = [];
    for (const machine of this.#machines.values()) {
      if (await machine.etcdHealthy()) running.push(machine.settings.ports.etcd);
    }
    try {
      const wanted = { name, ports: { etcd, peer, api }, running };
      const { initialCluster, state } = await joinEtcd(this.certificates, wanted);
      const extraArgs = extraArgsOf(configuration.apiServer);
      const volumes = volumesOf(configuration.apiServer);
      const all = { etcd, peer, api };
      const machine = this.#machineOf({
        name,
        version,
        etcdTag,
        ports: all,
        initialCluster,
        state,
        extraArgs,
        volumes,
      });
      await machine.setUp(userData);
      return this.#adopt(machine);
    } catch (error) {
      ports.free(etcd, peer, api);
      throw error;
    }
  }

  /** Starts a machine of a saved site again. */
  resumeMachine(settings: ControlPlaneSettings): void {
    const { etcd, peer, api } = settings.ports;
    for (const port of [etcd, peer, api]) this.#options.ports.at(port - this.#options.ports.first);
    this.#adopt(this.#machineOf(settings));
  }

  /** Ends a machine's programs and deletes its data. */
  async destroyMachine(name: string): Promise<void> {
    const machine = this.#machines.get(name);
    if (machine === undefined) return;
    this.#machines.delete(name);
    this.#balancer.remove(machine);
    await machine.destroy();
    const { etcd, peer, api } = machine.settings.ports;
    this.#options.ports.free(etcd, peer, api);
  }

  /** Starts the cluster's own programs, once, when an API server serves; true when they run. */
  async startServices(configuration?: ClusterConfiguration): Promise<boolean> {
    if (!this.#balancer.open) return false;
    this.#starting ??= this.#startServices(configuration);
    try {
      await this.#starting;
    } catch (error) {
      this.#starting = undefined;
      throw error;
    }
    return true;
  }

  /** @param keep lets every etcd member write what it has, so that it can be started again */
  async stop({ keep = false }: { readonly keep?: boolean } = {}): Promise<void> {
    this.#api?.close();
    await Promise.all(this.#services.map((service) => service.stop()));
    this.#services = [];
    await this.#balancer.close();
    await Promise.all(this.machines.map((machine) => machine.stop(keep ? keepMs : 0)));
    this.#machines.clear();
  }

  #machineOf(settings: ControlPlaneSettings): ControlPlaneMachine {
    const { folder, programs } = this.#options;
    return new ControlPlaneMachine(settings, {
      folder,
      certificates: this.certificates,
      etcd: programs.etcd(settings.etcdTag),
      apiServer: programs.apiServer(settings.version),
    });
  }

  #adopt(machine: ControlPlaneMachine): ControlPlaneMachine {
    this.#machines.set(machine.settings.name, machine);
    machine.start();
    this.#balancer.add(machine);
    return machine;
  }

  /** They stay what they are when the API servers are replaced by newer ones, as one minor behind is allowed (version skew policy). */
  #companion(
    name: 'kube-controller-manager' | 'kube-scheduler',
    flags: Readonly<Record<string, string | number | boolean>>,
  ) {
    const { path, flags: own } = companionFor(
      name,
      this.machines.map(({ settings }) => settings.version),
    );
    return { name, path, flags: { ...flags, ...own } };
  }

  async #startServices(configuration: ClusterConfiguration | undefined): Promise<void> {
    const { folder, ports, programs } = this.#options;
    const { certificates } = this;
    if (configuration !== undefined) await uploadConfiguration(this.api, configuration);
    const kwok = await prepareKwok(this.api, { path: programs.kwok, folder, port: this.kubeletPort, certificates });
    const common = { 'bind-address': '127.0.0.1', 'leader-elect': false };
    const login = (name: string): string => certificates.path(`${name}.kubeconfig`);
    const manager = {
      ...common,
      kubeconfig: login('controller-manager'),
      'authentication-kubeconfig': login('controller-manager'),
      'authorization-kubeconfig': login('controller-manager'),
      'secure-port': ports.at(places.controllerManager),
      'service-account-private-key-file': certificates.path('sa.key'),
      'root-ca-file': certificates.path('ca.crt'),
      'cluster-signing-cert-file': certificates.path('ca.crt'),
      'cluster-signing-key-file': certificates.path('ca.key'),
      'use-service-account-credentials': true,
    };
    const scheduler = {
      ...common,
      kubeconfig: login('scheduler'),
      'authentication-kubeconfig': login('scheduler'),
      'authorization-kubeconfig': login('scheduler'),
      'secure-port': ports.at(places.scheduler),
    };
    this.#services = [
      kwok,
      this.#companion('kube-controller-manager', manager),
      this.#companion('kube-scheduler', scheduler),
    ].map((program) => startProgram(program, join(folder)));
  }
}
