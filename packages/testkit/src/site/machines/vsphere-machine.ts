import type { KubeObject } from '../kube-api.ts';
import { type Contract, type MachineProgress, machineStatus, type ProviderStatus } from './contract.ts';
import { configurationIn } from './control-plane/kubeadm-config.ts';
import { makeMirrorPods, removeMirrorPods } from './mirror-pods.ts';
import { ensureNode } from './node.ts';
import type { ProviderScope } from './scope.ts';

/** The vSphere provider's own. */
const finalizer = 'vspheremachine.infrastructure.cluster.x-k8s.io';

export interface VSphereMachine extends KubeObject {
  readonly spec: {
    readonly template: string;
    readonly folder?: string;
    readonly resourcePool?: string;
    readonly datastore?: string;
    readonly providerID?: string;
  };
  readonly status?: ProviderStatus;
}

/** The provider's default `--sync-period`. */
const resyncMs = 10 * 60_000;

function annotationsOf({ metadata }: VSphereMachine): string {
  return JSON.stringify(metadata.annotations ?? {});
}

/** Cluster API's Machine, which owns the provider's. */
export interface Machine extends KubeObject {
  readonly spec: { readonly version?: string; readonly bootstrap?: { readonly dataSecretName?: string } };
}

interface Secret extends KubeObject {
  readonly data?: Readonly<Record<string, string>>;
}

/**
 * Takes one machine one step on: a clone in vCenter, the programs of a control plane, a Node. Each pass does what can be done now and
 * leaves the rest to the next.
 */
export class MachineReconciler {
  readonly #scope: ProviderScope;
  readonly #contract: Contract;
  /** Names of machines whose Node and pods are there. */
  readonly #joined = new Set<string>();
  /** When a machine found no template, and how its object was then. */
  readonly #failed = new Map<string, { readonly at: number; readonly annotations: string }>();

  constructor(scope: ProviderScope, contract: Contract) {
    this.#scope = scope;
    this.#contract = contract;
  }

  /** @param owner undefined while Cluster API has not said whose it is */
  async reconcile(machine: VSphereMachine, owner: Machine | undefined): Promise<void> {
    if (machine.metadata.deletionTimestamp !== undefined) return this.#delete(machine, owner);
    if (owner === undefined) return;
    if (machine.metadata.finalizers?.includes(finalizer) !== true) {
      const finalizers = [...(machine.metadata.finalizers ?? []), finalizer];
      await this.#scope.management.merge(this.#path(machine), { metadata: { finalizers } });
    }
    const bootstrap = owner.spec.bootstrap?.dataSecretName;
    if (bootstrap === undefined || !(await this.#scope.workload.prepare(this.#scope.management))) {
      return this.#report(machine, { at: 'waiting', for: 'BootstrapData' });
    }
    const providerID = machine.spec.providerID ?? (await this.#clone(machine));
    if (providerID === undefined) return;
    await this.#report(machine, { at: 'provisioned' });
    if (this.#joined.has(machine.metadata.name)) return;
    if (await this.#join(machine, owner, { bootstrap, providerID })) this.#joined.add(machine.metadata.name);
  }

  get joined(): string[] {
    return [...this.#joined];
  }

  /** The machines of a saved site have joined. */
  resume(names: readonly string[]): void {
    for (const name of names) this.#joined.add(name);
  }

  /** Undefined when there is no clone: what failed stands in the machine's conditions, and the next pass tries again. */
  async #clone(machine: VSphereMachine): Promise<string | undefined> {
    const { virtualMachines, controls, folder: defaultFolder } = this.#scope;
    const { name } = machine.metadata;
    const { template, resourcePool, datastore, folder = defaultFolder } = machine.spec;
    const path = `${folder}/${name}`;
    let uuid = await virtualMachines.uuidOf(path);
    if (uuid === undefined) {
      if (controls.creationPaused) {
        await this.#report(machine, { at: 'waiting', for: 'Clone' });
        return undefined;
      }
      if (!this.#isToBeTried(machine)) return undefined;
      try {
        await virtualMachines.clone({ name, folder, template, resourcePool, datastore });
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error);
        // As the provider's own error reads, which names the template once more.
        if (/not found/.test(reason)) this.#failed.set(name, { at: Date.now(), annotations: annotationsOf(machine) });
        const message = /not found/.test(reason) ? `unable to find template by name "${template}": ${reason}` : reason;
        await this.#report(machine, { at: 'failed', message });
        return undefined;
      }
      uuid = await virtualMachines.uuidOf(path);
    }
    const providerID = `vsphere://${uuid}`;
    await this.#scope.management.merge(this.#path(machine), { spec: { providerID } });
    return providerID;
  }

  /** As the vSphere provider does: what failed for lack of a template is left until its object changes, or the next resync. */
  #isToBeTried(machine: VSphereMachine): boolean {
    const failed = this.#failed.get(machine.metadata.name);
    return failed === undefined || failed.annotations !== annotationsOf(machine) || Date.now() - failed.at > resyncMs;
  }

  /** True when the machine is a member of its cluster. */
  async #join(
    machine: VSphereMachine,
    owner: Machine,
    given: { readonly bootstrap: string; readonly providerID: string },
  ): Promise<boolean> {
    const { workload, virtualMachines } = this.#scope;
    const { name } = owner.metadata;
    const version = owner.spec.version ?? '';
    const controlPlane = isControlPlane(owner);
    if (controlPlane) {
      const userData = await this.#userDataOf(given.bootstrap);
      const started = await workload.startMachine(name, version, userData);
      if (!(await started.check())) return false;
      if (!(await workload.startServices(configurationIn(userData)))) return false;
    } else if (!workload.serves) return false;
    const kubeletVersion = (await virtualMachines.kubernetesIn(machine.spec.template)) ?? version;
    const { kubeletPort } = workload;
    const node = { name, kubeletVersion, controlPlane, providerID: given.providerID, kubeletPort };
    if (!(await ensureNode(workload.api, node))) return false;
    const settings = workload.machine(name)?.settings;
    if (settings !== undefined) {
      const { ports, etcdTag } = settings;
      const reached = { etcd: ports.etcd, 'kube-apiserver': ports.api };
      await makeMirrorPods(workload.api, { node: name, version, etcdTag, ports: reached });
    }
    return true;
  }

  async #userDataOf(secretName: string): Promise<string> {
    const { management, namespace } = this.#scope;
    const secret = await management.get<Secret>(`/api/v1/namespaces/${namespace}/secrets/${secretName}`);
    return Buffer.from(secret?.data?.['value'] ?? '', 'base64').toString();
  }

  async #delete(machine: VSphereMachine, owner: Machine | undefined): Promise<void> {
    if (machine.metadata.finalizers?.includes(finalizer) !== true) return;
    const { workload, virtualMachines, management } = this.#scope;
    // The machine's own name is the Machine's, too; the owner may be gone already when somebody deleted it by force.
    const name = owner?.metadata.name ?? machine.metadata.name;
    await workload.destroyMachine(name);
    const uuid =
      machine.spec.providerID?.replace(/^vsphere:\/\//, '') ??
      (await virtualMachines.uuidOf(`${machine.spec.folder ?? this.#scope.folder}/${machine.metadata.name}`));
    if (uuid !== undefined) await virtualMachines.destroy(uuid);
    // Where the last API server went with the machine, so did its pods.
    if (isControlPlane(machine) && workload.serves) await removeMirrorPods(workload.api, name);
    const finalizers = machine.metadata.finalizers.filter((one) => one !== finalizer);
    await management.merge(this.#path(machine), { metadata: { finalizers } });
    this.#joined.delete(machine.metadata.name);
  }

  async #report(machine: VSphereMachine, progress: MachineProgress): Promise<void> {
    const status = machineStatus(this.#contract, progress, machine.status);
    if (status === undefined) return;
    const addresses =
      progress.at === 'provisioned' ? { addresses: [{ type: 'InternalIP', address: '127.0.0.1' }] } : {};
    await this.#scope.management.merge(`${this.#path(machine)}/status`, { status: { ...status, ...addresses } });
  }

  #path({ metadata }: VSphereMachine): string {
    return `${this.#contract.api}/namespaces/${metadata.namespace}/vspheremachines/${metadata.name}`;
  }
}

function isControlPlane({ metadata }: KubeObject): boolean {
  return metadata.labels?.['cluster.x-k8s.io/control-plane'] !== undefined;
}
