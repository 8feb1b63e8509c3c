import { defineClusterApi } from '@sealift/testkit/cluster-api-definitions';
import { peer } from '@sealift/testkit/peers';
import { SampleCluster } from '@sealift/testkit/sample-cluster';
import type { KubeApi, KubeObject } from '@sealift/testkit/site/kube-api';
import { kubernetes, shop } from './releases.ts';
import { folders, VcenterMachines } from './vcenter-machines.ts';

/** Of the node image that runs. */
export const runningTemplate = 'r_u-2204-0-k-1363-0';
const version = `v${kubernetes.now}`;
/** The id under which vCenter knows the volumes of the cluster. */
export const ownId = '0b3d2a54-3f0e-4d57-9d3b-3d1d5f6c7a11/c1';
/** What a node has for pods. */
const room = { cpu: '2', memory: '4Gi', 'ephemeral-storage': '40Gi', pods: '110' };
const leases = '/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases';

/** A cluster that is well: written by hand into a real API server, with a VM of a simulated vCenter behind each machine. */
export class SampleSite {
  readonly api: KubeApi;
  readonly sample: SampleCluster;
  readonly vcenter: VcenterMachines;
  readonly #nodes = new Map<string, number>();

  constructor(api: KubeApi, vcenter: VcenterMachines) {
    this.api = api;
    this.vcenter = vcenter;
    this.sample = new SampleCluster(api, 'v1beta2', 'default');
  }

  /** Makes everything; the machines are `cp-1` to `cp-3`, `md-1` and `md-2`. */
  async make(): Promise<void> {
    const { api, sample } = this;
    await Promise.all([
      defineClusterApi(api, peer('cluster-api-core'), 'v1beta2'),
      this.#makeTemplate(),
      ...['kube-node-lease', shop, 'capi-system'].map((name) =>
        api.create('/api/v1/namespaces', { metadata: { name } }),
      ),
    ]);
    const clone = { datacenter: 'DC0', datastore: 'LocalDS_0', folder: folders.machines, diskGiB: 1, memoryMiB: 1024 };
    for (const name of ['cp-old', 'md-old'])
      await sample.template(name, `${folders.templates}/${runningTemplate}`, clone);
    await sample.create('Cluster', 'c1', {
      controlPlaneRef: sample.reference('KubeadmControlPlane', 'c1-cp'),
      infrastructureRef: sample.reference('VSphereMachineTemplate', 'unused'),
    });
    await sample.controlPlane(3, version, 'cp-old');
    await this.controlPlaneSays({});
    await sample.deployment('md', 2, version, 'md-old');
    await sample.status('MachineDeployment', 'md', {});
    await sample.set('md-a', 'md', version, 'md-old');
    await sample.create('KubeadmConfigTemplate', 'md', { template: { spec: { format: 'cloud-config' } } });
    const bootstrap = { dataSecretName: null, configRef: sample.reference('KubeadmConfigTemplate', 'md') };
    for (const kind of ['MachineDeployment', 'MachineSet'])
      await sample.merge(kind, kind === 'MachineSet' ? 'md-a' : 'md', { spec: { template: { spec: { bootstrap } } } });
    await sample.status('MachineDeployment', 'md', {});
    const names = ['cp-1', 'cp-2', 'cp-3', 'md-1', 'md-2'];
    await this.addMachines(names);
    await this.setStorageId(ownId);
    await this.provider('v1.13.2');
  }

  async #makeTemplate(): Promise<void> {
    const { vcenter } = this;
    for (const folder of Object.values(folders)) await vcenter.govc('folder.create', folder);
    await vcenter.makeTemplate(runningTemplate, kubernetes.now);
  }

  /** Conditions of the control plane, as its controller says them of a cluster that is well, but for those given. */
  async controlPlaneSays(other: Readonly<Record<string, { status: 'True' | 'False' | 'Unknown'; message?: string }>>) {
    const well = {
      EtcdClusterHealthy: { status: 'True' as const },
      ControlPlaneComponentsHealthy: { status: 'True' as const },
      RollingOut: { status: 'False' as const },
      MachinesUpToDate: { status: 'True' as const },
    };
    const conditions = Object.entries({ ...well, ...other }).map(([type, said]) => ({ type, ...said }));
    await this.sample.status('KubeadmControlPlane', 'c1-cp', { conditions });
  }

  /** A Machine whose VM is there, with its node, which is ready. */
  async addMachine(name: string, uuid: string): Promise<void> {
    const { sample } = this;
    const isControlPlane = name.startsWith('cp');
    const owner = isControlPlane
      ? ({ kind: 'KubeadmControlPlane', name: 'c1-cp' } as const)
      : ({ kind: 'MachineSet', name: 'md-a' } as const);
    const template = `${folders.templates}/${runningTemplate}`;
    await sample.machine({
      name,
      owner,
      version,
      kubelet: version,
      from: { name: isControlPlane ? 'cp-old' : 'md-old', template },
    });
    const annotations = isControlPlane
      ? { 'machine.cluster.x-k8s.io/certificates-expiry': '2099-01-01T00:00:00Z' }
      : {};
    await sample.merge('Machine', name, { metadata: { annotations }, spec: { providerID: `vsphere://${uuid}` } });
    await sample.merge('VSphereMachine', name, { spec: { folder: folders.machines } });
    await this.addNode(`node-${name}`, isControlPlane ? 'control-plane' : 'general');
  }

  async addNode(name: string, pool: string): Promise<void> {
    await this.api.create('/api/v1/nodes', { metadata: { name, labels: { pool } } });
    await this.api.merge(`/api/v1/nodes/${name}/status`, {
      status: { conditions: [{ type: 'Ready', status: 'True' }], allocatable: room, capacity: room },
    });
    // The API server taints a node that is new; its kubelet takes that away.
    await this.api.merge(`/api/v1/nodes/${name}`, { spec: { taints: null } });
    this.#nodes.set(name, 0);
    await this.api.create(leases, { metadata: { name }, spec: { holderIdentity: name } });
  }

  /** Makes VMs, their Machines and their nodes. */
  async addMachines(names: readonly string[]): Promise<void> {
    const uuids = await this.vcenter.make(names);
    for (const name of names) await this.addMachine(name, uuids.get(name) ?? '');
  }

  async removeMachine(name: string, { isVmGone = false } = {}): Promise<void> {
    await this.sample.deleted(name);
    await this.sample.removed(name);
    await this.api.delete(`/api/v1/nodes/node-${name}`);
    await this.api.delete(`${leases}/node-${name}`);
    this.#nodes.delete(`node-${name}`);
    if (!isVmGone) await this.vcenter.remove(name);
  }

  /** How far the clock of a node is ahead; null where its kubelet does not renew its lease. */
  clock(node: string, aheadMs: number): void {
    this.#nodes.set(node, aheadMs);
  }

  /** Renews the leases of the nodes, as their kubelets do all the time. @param now of their clocks */
  async renewLeases(now: number): Promise<void> {
    for (const [name, aheadMs] of this.#nodes) {
      const renewTime = new Date(now + aheadMs).toISOString().replace('Z', '000Z');
      await this.api.merge(`${leases}/${name}`, { spec: { renewTime } });
    }
  }

  /** Cluster API itself, as its Deployment says which it is. */
  async provider(tag: string): Promise<void> {
    const path = '/apis/apps/v1/namespaces/capi-system/deployments';
    const labels = { 'cluster.x-k8s.io/provider': 'cluster-api' };
    const image = `registry.example/cluster-api-controller:${tag}`;
    const spec = {
      replicas: 1,
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers: [{ name: 'manager', image }] } },
    };
    const name = 'capi-controller-manager';
    if (!(await this.api.create(path, { metadata: { name, labels }, spec }))) {
      await this.api.merge(`${path}/${name}`, { spec });
    }
    const found = await this.api.get<KubeObject & { metadata: { generation: number } }>(`${path}/${name}`);
    const counts = { replicas: 1, updatedReplicas: 1, readyReplicas: 1, availableReplicas: 1 };
    const conditions = ['Available', 'Progressing'].map((type) => ({ type, status: 'True' }));
    const status = { observedGeneration: found?.metadata.generation, ...counts, conditions };
    await this.api.merge(`${path}/${name}/status`, { status });
  }

  /** Tells the CSI driver and the cloud provider the cluster's own id in vCenter. */
  async setStorageId(id: string): Promise<void> {
    const secrets = '/api/v1/namespaces/kube-system/secrets';
    const configMaps = '/api/v1/namespaces/kube-system/configmaps';
    const secret = { 'csi-vsphere.conf': Buffer.from(`[Global]\ncluster-id = "${id}"\n`).toString('base64') };
    const config = { 'vsphere.conf': `[Global]\ncluster-id = ${id}\n` };
    for (const [path, name, data] of [
      [secrets, 'vsphere-config-secret', secret],
      [configMaps, 'vsphere-cloud-config', config],
    ] as const) {
      if (!(await this.api.create(path, { metadata: { name }, data })))
        await this.api.merge(`${path}/${name}`, { data });
    }
  }

  /** The workloads of the CSI driver. */
  async makeDriver(): Promise<void> {
    for (const path of driver) {
      const [collection = '', name = ''] = splitLast(path);
      const labels = { app: name };
      const template = { metadata: { labels }, spec: { containers: [{ name: 'x', image: 'x:1' }] } };
      await this.api.create(collection, { metadata: { name }, spec: { selector: { matchLabels: labels }, template } });
    }
  }

  /** Says of every new generation of the driver that it has been rolled out, as its controllers do, until it is stopped. */
  rollDriver(): { stop(): Promise<void> } {
    const cancel = new AbortController();
    const work = (async () => {
      while (!cancel.signal.aborted) {
        for (const path of driver) {
          const found = await this.api.get<KubeObject & { metadata: { generation: number } }>(path);
          const status = path.includes('deployments')
            ? { replicas: 1, updatedReplicas: 1, readyReplicas: 1, availableReplicas: 1 }
            : {
                currentNumberScheduled: 1,
                desiredNumberScheduled: 1,
                numberMisscheduled: 0,
                numberReady: 1,
                updatedNumberScheduled: 1,
                numberAvailable: 1,
              };
          await this.api.merge(`${path}/status`, {
            status: { observedGeneration: found?.metadata.generation, ...status },
          });
        }
        await new Promise((again) => setTimeout(again, 100));
      }
    })();
    return {
      stop: () => {
        cancel.abort();
        return work;
      },
    };
  }
}

const driver = [
  '/apis/apps/v1/namespaces/kube-system/deployments/vsphere-csi-controller',
  '/apis/apps/v1/namespaces/kube-system/daemonsets/vsphere-csi-node',
];

function splitLast(path: string): readonly string[] {
  const at = path.lastIndexOf('/');
  return [path.slice(0, at), path.slice(at + 1)];
}
