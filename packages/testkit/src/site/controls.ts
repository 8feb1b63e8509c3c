import { waitUntil } from '../wait-until.ts';
import type { KubeObject } from './kube-api.ts';
import { etcdMembers } from './machines/control-plane/etcd-member.ts';
import { notReadyAnnotation } from './machines/kwok.ts';
import { type Condition, ensureNode, isReady, type Node } from './machines/node.ts';
import type { ProviderScope } from './machines/scope.ts';

interface Pod extends KubeObject {
  readonly status?: { readonly conditions?: readonly Condition[] };
}

/** What a test turns on a running site. */
export interface SiteControls {
  /** From now on no machine is cloned in vCenter: new ones wait for their clone. */
  pauseCreation(): void;
  resumeCreation(): void;
  /** Kills a control-plane machine's etcd member, as a crash does; its data stay. */
  killEtcd(machine: string): Promise<void>;
  /** Kills a control-plane machine's API server. */
  killApiServer(machine: string): Promise<void>;
  /** Starts again what does not run of a control-plane machine. */
  startMachine(machine: string): void;
  /** Makes a Node not ready, with that message, until `nodeReady`; resolves when it is. */
  nodeNotReady(node: string, message?: string): Promise<void>;
  nodeReady(node: string): Promise<void>;
  /** Adds ready Nodes behind which there is no machine, named `<prefix>-<number>`. */
  addNodes(count: number, options?: { readonly prefix?: string; readonly version?: string }): Promise<void>;
  /** Names of the etcd members that any healthy member lists. */
  etcdMembers(): Promise<readonly string[]>;
  /** Inventory paths of the machines in vCenter that are no templates. */
  virtualMachines(): Promise<readonly string[]>;
  /** Names of every machine that was ever cloned, those that are gone too, in their order. */
  machinesEverMade(): Promise<readonly string[]>;
}

/** A busy machine takes a second for each. */
const nodesMs = 300_000;

export function controlsOf(scope: ProviderScope, defaultVersion: string): SiteControls {
  const { workload, virtualMachines, controls } = scope;
  const machine = (name: string) => {
    const found = workload.machine(name);
    if (found !== undefined) return found;
    throw new Error(`there is no control-plane machine ${name}`);
  };
  const annotate = async (node: string, value: string | null): Promise<void> => {
    const patch = { metadata: { annotations: { [notReadyAnnotation]: value } } };
    const patched = await workload.api.merge(`/api/v1/nodes/${node}`, patch);
    if (patched === undefined) throw new Error(`there is no node ${node}`);
    await waitUntil(`${node} to be ${value === null ? 'ready' : 'not ready'}`, async () => {
      const found = await workload.api.get<Node>(`/api/v1/nodes/${node}`);
      return found !== undefined && isReady(found) === (value === null);
    });
  };
  return {
    pauseCreation: () => void (controls.creationPaused = true),
    resumeCreation: () => void (controls.creationPaused = false),
    killEtcd: (name) => machine(name).killEtcd(),
    killApiServer: (name) => machine(name).killApiServer(),
    startMachine: (name) => machine(name).start(),
    nodeNotReady: (node, message = 'container runtime is down') => annotate(node, message),
    async nodeReady(node) {
      await annotate(node, null);
      await recoverPods(scope, node);
    },
    async addNodes(count, { prefix = 'extra', version = defaultVersion } = {}) {
      const names = Array.from({ length: count }, (_, index) => `${prefix}-${index + 1}`);
      const { api, kubeletPort } = workload;
      const node = { kubeletVersion: version, controlPlane: false, kubeletPort };
      const ready = async () => {
        for (const name of names) if (!(await ensureNode(api, { name, ...node }))) return false;
        return true;
      };
      await waitUntil(`${count} nodes to be ready`, ready, nodesMs);
    },
    async etcdMembers() {
      for (const { settings } of workload.machines) {
        const members = await etcdMembers(workload.certificates, settings.ports.etcd).catch(() => undefined);
        if (members !== undefined) return members;
      }
      throw new Error('no etcd member answers');
    },
    virtualMachines: () => virtualMachines.list(),
    machinesEverMade: () => virtualMachines.everMade(),
  };
}

/** The node controller made its pods not ready; a kubelet that is back says of each how it is. */
async function recoverPods({ workload }: ProviderScope, node: string): Promise<void> {
  const pods = await workload.api.list<Pod>(`/api/v1/pods?fieldSelector=spec.nodeName%3D${node}`);
  for (const pod of pods) {
    if (isReady(pod) || pod.metadata.deletionTimestamp !== undefined) continue;
    const at = new Date().toISOString().replace(/\.\d+Z$/, 'Z');
    const conditions = ['Initialized', 'ContainersReady', 'Ready'].map((type) => ({
      type,
      status: 'True',
      lastTransitionTime: at,
    }));
    const path = `/api/v1/namespaces/${pod.metadata.namespace}/pods/${pod.metadata.name}/status`;
    await workload.api.merge(path, { status: { conditions } });
  }
}
