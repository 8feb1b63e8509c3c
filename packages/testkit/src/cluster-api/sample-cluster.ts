import type { KubeApi, KubeObject } from '../site/kube-api.ts';
import type { ClusterApiVersion } from './definitions.ts';

/** One condition as a test writes it. */
export interface SampleCondition {
  readonly type: string;
  readonly status: 'True' | 'False' | 'Unknown';
  readonly reason?: string;
  readonly message?: string;
  readonly since?: string;
}

/** A Machine with its VSphereMachine, as Cluster API would have made them. */
export interface SampleMachine {
  readonly name: string;
  readonly owner: { readonly kind: 'KubeadmControlPlane' | 'MachineSet'; readonly name: string };
  /** `v1.36.3` */
  readonly version: string;
  /** The machine template that it was made from, and the VM template that this names. */
  readonly from: { readonly name: string; readonly template: string };
  /** Of its kubelet; none while its node has not joined. */
  readonly kubelet?: string;
  readonly conditions?: readonly SampleCondition[];
  readonly infrastructure?: readonly SampleCondition[];
  readonly status?: Readonly<Record<string, unknown>>;
}

const groups: Readonly<Record<string, string>> = {
  KubeadmControlPlane: 'controlplane.cluster.x-k8s.io',
  KubeadmConfigTemplate: 'bootstrap.cluster.x-k8s.io',
  VSphereMachine: 'infrastructure.cluster.x-k8s.io',
  VSphereMachineTemplate: 'infrastructure.cluster.x-k8s.io',
  VSphereVM: 'infrastructure.cluster.x-k8s.io',
  IPAddressClaim: 'ipam.cluster.x-k8s.io',
};
const finalizer = 'machine.cluster.x-k8s.io';
const since = '2026-11-28T10:00:00Z';

/** What a ready node says; of a control plane its etcd member too. */
export const readyNode: readonly SampleCondition[] = [
  { type: 'BootstrapConfigReady', status: 'True' },
  { type: 'InfrastructureReady', status: 'True' },
  { type: 'NodeReady', status: 'True' },
  { type: 'EtcdMemberHealthy', status: 'True' },
];

/**
 * A Cluster `c1` written by hand into an API server that has Cluster API's definitions and none of its controllers: every status is the
 * test's own. In v1beta1 conditions of the newer kind lie under `status.v1beta2`, or, of the older kind, where they always were.
 */
export class SampleCluster {
  readonly namespace: string;
  readonly #api: KubeApi;
  readonly #version: ClusterApiVersion;

  constructor(api: KubeApi, version: ClusterApiVersion, namespace: string) {
    this.#api = api;
    this.#version = version;
    this.namespace = namespace;
  }

  /** The path of an object, or without a name of its collection. */
  path(kind: string, name?: string): string {
    const group = groups[kind] ?? 'cluster.x-k8s.io';
    const collection = `/apis/${group}/${this.#version}/namespaces/${this.namespace}/${kind.toLowerCase()}${kind.endsWith('s') ? 'es' : 's'}`;
    return name === undefined ? collection : `${collection}/${name}`;
  }

  get<Kind extends KubeObject>(kind: string, name: string): Promise<Kind | undefined> {
    return this.#api.get<Kind>(this.path(kind, name));
  }

  list<Kind extends KubeObject>(kind: string): Promise<readonly Kind[]> {
    return this.#api.list<Kind>(this.path(kind));
  }

  async create(
    kind: string,
    name: string,
    spec: unknown,
    metadata: Readonly<Record<string, unknown>> = {},
  ): Promise<void> {
    const apiVersion = `${groups[kind] ?? 'cluster.x-k8s.io'}/${this.#version}`;
    const labels = { 'cluster.x-k8s.io/cluster-name': 'c1', ...(metadata['labels'] as object | undefined) };
    const body = { apiVersion, kind, metadata: { ...metadata, name, namespace: this.namespace, labels }, spec };
    if (!(await this.#api.create(this.path(kind), body))) throw new Error(`${kind} ${name} is there already`);
  }

  async merge(kind: string, name: string, body: unknown): Promise<void> {
    if ((await this.#api.merge(this.path(kind, name), body)) === undefined) throw new Error(`no ${kind} ${name}`);
  }

  /** Changes a status; `observed` tells that its controller has seen the present spec. */
  async status(
    kind: string,
    name: string,
    { conditions, older, ...status }: StatusChange,
    observed = true,
  ): Promise<void> {
    const path = this.path(kind, name);
    const generation = (await this.#api.get<KubeObject & { metadata: { generation?: number } }>(path))?.metadata
      .generation;
    const body = {
      ...status,
      ...(conditions === undefined ? {} : this.#newer(conditions.map(written))),
      ...(older === undefined ? {} : this.#older(older.map(written))),
      ...(observed ? { observedGeneration: generation } : {}),
    };
    if ((await this.#api.merge(`${path}/status`, { status: body })) === undefined)
      throw new Error(`no ${kind} ${name}`);
  }

  /** A reference in the form of the version. */
  reference(kind: string, name: string): Readonly<Record<string, string>> {
    const group = groups[kind] ?? 'cluster.x-k8s.io';
    return this.#version === 'v1beta2'
      ? { apiGroup: group, kind, name }
      : { apiVersion: `${group}/${this.#version}`, kind, name, namespace: this.namespace };
  }

  /** The spec of machines of a version from a machine template. */
  machineSpec(version: string, template: string): Readonly<Record<string, unknown>> {
    return {
      clusterName: 'c1',
      version,
      bootstrap: { dataSecretName: 'data' },
      infrastructureRef: this.reference('VSphereMachineTemplate', template),
    };
  }

  async controlPlane(replicas: number, version: string, template: string): Promise<void> {
    const ref = this.reference('VSphereMachineTemplate', template);
    const machineTemplate =
      this.#version === 'v1beta2' ? { spec: { infrastructureRef: ref } } : { infrastructureRef: ref };
    await this.create('KubeadmControlPlane', 'c1-cp', {
      replicas,
      version,
      machineTemplate,
      kubeadmConfigSpec: { format: 'cloud-config' },
    });
  }

  async deployment(name: string, replicas: number, version: string, template: string, metadata = {}): Promise<void> {
    const labels = { pool: name };
    await this.create(
      'MachineDeployment',
      name,
      {
        clusterName: 'c1',
        replicas,
        selector: { matchLabels: labels },
        template: { metadata: { labels }, spec: this.machineSpec(version, template) },
      },
      metadata,
    );
  }

  async set(name: string, deployment: string, version: string, template: string): Promise<void> {
    const labels = { pool: deployment, set: name };
    await this.create(
      'MachineSet',
      name,
      {
        clusterName: 'c1',
        selector: { matchLabels: labels },
        template: { metadata: { labels }, spec: this.machineSpec(version, template) },
      },
      { ownerReferences: [ownedBy('MachineDeployment', deployment)] },
    );
  }

  async template(name: string, template: string, more: Readonly<Record<string, unknown>> = {}): Promise<void> {
    await this.create('VSphereMachineTemplate', name, { template: { spec: { ...more, template } } });
  }

  async machine({
    name,
    owner,
    version,
    from,
    kubelet,
    conditions,
    infrastructure,
    status,
  }: SampleMachine): Promise<void> {
    const role = owner.kind === 'KubeadmControlPlane' ? { 'cluster.x-k8s.io/control-plane': '' } : {};
    const annotations = { 'cluster.x-k8s.io/cloned-from-name': from.name };
    await this.create('VSphereMachine', name, { template: from.template }, { annotations });
    if (infrastructure !== undefined) await this.status('VSphereMachine', name, { conditions: infrastructure });
    const spec = { ...this.machineSpec(version, ''), infrastructureRef: this.reference('VSphereMachine', name) };
    await this.create('Machine', name, spec, {
      labels: role,
      finalizers: [finalizer],
      ownerReferences: [ownedBy(owner.kind, owner.name)],
    });
    const node = kubelet === undefined ? {} : { nodeRef: this.#nodeRef(`node-${name}`), nodeInfo: nodeInfo(kubelet) };
    await this.status('Machine', name, { ...node, ...status, conditions: conditions ?? readyNode });
  }

  /** Asks for a machine's deletion; it stays until `removed`. */
  async deleted(name: string): Promise<void> {
    await this.#api.delete(this.path('Machine', name));
  }

  /** Ends the deletion of a machine, as Cluster API does when its VM is gone. */
  async removed(name: string): Promise<void> {
    await this.merge('Machine', name, { metadata: { finalizers: null } });
    await this.#api.delete(this.path('VSphereMachine', name));
  }

  #newer(conditions: readonly object[]): object {
    return this.#version === 'v1beta2' ? { conditions } : { v1beta2: { conditions } };
  }

  #older(conditions: readonly object[]): object {
    return this.#version === 'v1beta1' ? { conditions } : { deprecated: { v1beta1: { conditions } } };
  }

  #nodeRef(name: string): object {
    return this.#version === 'v1beta2' ? { name } : { apiVersion: 'v1', kind: 'Node', name };
  }
}

export interface StatusChange {
  readonly conditions?: readonly SampleCondition[];
  /** Of the older kind. */
  readonly older?: readonly SampleCondition[];
  readonly [field: string]: unknown;
}

function written({ type, status, reason, message, since: at }: SampleCondition): object {
  return { type, status, reason: reason ?? type, message: message ?? '', lastTransitionTime: at ?? since };
}

function ownedBy(kind: string, name: string): object {
  const group = groups[kind] ?? 'cluster.x-k8s.io';
  return { apiVersion: `${group}/v1beta2`, kind, name, uid: `uid-of-${name}`, controller: true };
}

function nodeInfo(kubeletVersion: string): object {
  const fields = ['architecture', 'bootID', 'containerRuntimeVersion', 'kernelVersion', 'kubeProxyVersion'];
  const more = ['machineID', 'operatingSystem', 'osImage', 'systemUUID'];
  return { ...Object.fromEntries([...fields, ...more].map((name) => [name, ''])), kubeletVersion };
}
