import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { BoundProcess } from '../../../process/bound-process.ts';
import { JsonClient } from '../../json-client.ts';
import { KubeApi } from '../../kube-api.ts';
import type { Component } from '../mirror-pods.ts';
import type { KubernetesProgram } from '../../management/control-plane.ts';
import { startProgram } from '../program.ts';
import { apiServerProgram } from './api-server.ts';
import type { Backend } from './balancer.ts';
import type { ClusterCertificates } from './cluster-certificates.ts';
import type { HostPath } from './kubeadm-config.ts';
import { MachineDisk } from './machine-disk.ts';
import { etcdHealthy, etcdProgram, type MachinePorts } from './etcd-member.ts';

/** A program that takes longer does not serve. */
const checkMs = 4000;

/** All that is needed to start a control-plane machine's programs, now or from a saved site. */
export interface ControlPlaneSettings {
  readonly name: string;
  readonly version: string;
  /** Of etcd's image. */
  readonly etcdTag: string;
  readonly ports: MachinePorts;
  readonly initialCluster: string;
  readonly state: 'new' | 'existing';
  /** Of the API server, from the cluster's kubeadm configuration. */
  readonly extraArgs: Readonly<Record<string, string>>;
  /** What it sees of the machine's disk. */
  readonly volumes: readonly HostPath[];
}

/** One real etcd member and one real API server: what the static pods of a control-plane machine run. */
export class ControlPlaneMachine implements Backend {
  readonly settings: ControlPlaneSettings;
  readonly #folder: string;
  readonly #disk: MachineDisk;
  readonly #api: KubeApi;
  readonly #member: JsonClient;
  readonly #certificates: ClusterCertificates;
  readonly #programs: { readonly etcd: string; readonly apiServer: KubernetesProgram };
  #etcd: BoundProcess | undefined;
  #apiServer: BoundProcess | undefined;

  constructor(
    settings: ControlPlaneSettings,
    at: {
      readonly folder: string;
      readonly certificates: ClusterCertificates;
      readonly etcd: string;
      readonly apiServer: KubernetesProgram;
    },
  ) {
    this.settings = settings;
    this.#folder = at.folder;
    this.#disk = new MachineDisk(join(at.folder, `${settings.name}.disk`));
    this.#certificates = at.certificates;
    this.#programs = { etcd: at.etcd, apiServer: at.apiServer };
    const { api, etcd } = settings.ports;
    this.#api = new KubeApi(at.certificates.admin(`https://127.0.0.1:${api}`), { timeoutMs: checkMs });
    this.#member = new JsonClient(at.certificates.etcd(`https://127.0.0.1:${etcd}`), { timeoutMs: checkMs });
  }

  /** The API server's. */
  get port(): number {
    return this.settings.ports.api;
  }

  /** Sets it up as cloud-init and kubeadm do, before its programs start. */
  async setUp(userData: string): Promise<void> {
    await this.#disk.write(userData);
    await this.#disk.prepare(this.settings.volumes);
  }

  /** Starts what does not run. */
  start(): void {
    this.startEtcd();
    this.startApiServer();
  }

  startEtcd(): void {
    if (this.#etcd?.ended === false) return;
    const [path, folder, certificates] = [this.#programs.etcd, this.#folder, this.#certificates];
    this.#etcd = startProgram(etcdProgram({ ...this.settings, path, folder, certificates }), folder);
  }

  startApiServer(): void {
    if (this.#apiServer?.ended === false) return;
    const [program, certificates] = [this.#programs.apiServer, this.#certificates];
    const extraArgs = this.#disk.argumentsIn(this.settings.extraArgs, this.settings.volumes);
    const options = { ...this.settings, program, certificates, extraArgs };
    this.#apiServer = startProgram(apiServerProgram(options), this.#folder);
  }

  async killEtcd(): Promise<void> {
    await this.#etcd?.stop();
  }

  async killApiServer(): Promise<void> {
    await this.#apiServer?.stop();
  }

  /** Whether the program of a static pod runs, however well; of those that are not its own nobody here knows otherwise. */
  runs(component: Component): boolean {
    if (component === 'etcd') return this.#etcd?.ended === false;
    return component !== 'kube-apiserver' || this.#apiServer?.ended === false;
  }

  /** Whether its API server serves. */
  async check(): Promise<boolean> {
    return this.#apiServer?.ended === false && (await this.#api.ready());
  }

  async etcdHealthy(): Promise<boolean> {
    return this.#etcd?.ended === false && (await etcdHealthy(this.#member));
  }

  /** Ends its programs; etcd has `graceMs` to write what it has, an API server has nothing to write. */
  async stop(graceMs: number): Promise<void> {
    this.#api.close();
    this.#member.close();
    await Promise.all([this.#apiServer?.stop(), this.#etcd?.stop(graceMs)]);
  }

  /** As the machine's power is cut and its disk deleted. */
  async destroy(): Promise<void> {
    this.#api.close();
    this.#member.close();
    await Promise.all([this.killApiServer(), this.killEtcd()]);
    await rm(join(this.#folder, `${this.settings.name}.etcd`), { recursive: true, force: true });
    await this.#disk.destroy();
  }
}
