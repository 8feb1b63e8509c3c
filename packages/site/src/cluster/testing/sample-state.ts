import type { Cluster } from '@sealift/kubernetes/cluster';
import type { ClusterState } from '@sealift/kubernetes/cluster-state';
import { controlPlaneOf } from '@sealift/kubernetes/control-plane';
import { conditionsOf } from '@sealift/kubernetes/conditions';
import { keyOf } from '@sealift/kubernetes/infrastructure';
import { machineOf } from '@sealift/kubernetes/machine';
import type { KubeObject } from '@sealift/kubernetes/object';
import { machineDeploymentOf, machineSetOf } from '@sealift/kubernetes/workers';
import { planAnnotation } from '../rollout/plan.ts';

/** A condition: type, status, reason, message, since. */
export type Said = readonly [type: string, status: string, reason?: string, message?: string, since?: string];

/** A machine of the control plane `cp` or of the MachineSet that is named. */
export interface MachineSketch {
  readonly name: string;
  readonly set?: string;
  readonly createdAt?: string;
  /** Whether it was made for the new version and template. */
  readonly isNew?: boolean;
  readonly version?: string;
  readonly clonedFrom?: string;
  readonly deleting?: string;
  readonly kubelet?: string | null;
  readonly said?: readonly Said[];
  readonly infrastructure?: readonly Said[];
  readonly annotations?: Readonly<Record<string, string>>;
  readonly status?: Readonly<Record<string, unknown>>;
}

export interface StateSketch {
  readonly machines: readonly MachineSketch[];
  readonly sets?: readonly { readonly name: string; readonly template?: string; readonly version?: string }[];
  readonly replicas?: number;
  readonly paused?: boolean;
  /** Of the control plane and of the MachineDeployment. */
  readonly owner?: {
    readonly spec?: Readonly<Record<string, unknown>>;
    readonly said?: readonly Said[];
    readonly observed?: boolean;
    readonly annotations?: Readonly<Record<string, string>>;
    readonly planned?:
      | false
      | {
          readonly replicas?: number;
          readonly machines?: readonly string[];
          readonly sets?: readonly string[];
          readonly anew?: true;
        };
  };
}

const oldVersion = 'v1.36.3';
export const newVersion = 'v1.37.2';
const core = 'cluster.x-k8s.io/v1beta2';
const ready: readonly Said[] = [
  ['BootstrapConfigReady', 'True'],
  ['InfrastructureReady', 'True'],
  ['NodeReady', 'True'],
  ['EtcdMemberHealthy', 'True'],
];

/**
 * A cluster in the middle of a rollout from 1.36.3 to 1.37.2, as Cluster API would tell of it: a control plane `cp` and a MachineDeployment
 * `md` of three machines each, both asked for the new version from the machine template `new`. Machines with a set are `md`'s.
 */
export function sketchState({
  machines,
  sets = [],
  replicas = 3,
  paused = false,
  owner = {},
}: StateSketch): ClusterState {
  const template = { kind: 'VSphereMachineTemplate', name: 'new', apiGroup: 'infrastructure.cluster.x-k8s.io' };
  const before = machines.filter(({ isNew }) => isNew !== true).map(({ name }) => name);
  const plan = {
    format: 1,
    version: newVersion,
    template: 'new',
    replicas: 3,
    machines: before,
    sets: ['old'],
    ...(owner.planned === false ? {} : owner.planned),
  };
  const annotations = {
    ...owner.annotations,
    ...(owner.planned === false ? {} : { [planAnnotation]: JSON.stringify(plan) }),
  };
  // Asked for at 10:30.
  const managedFields = [{ manager: 'sealift', time: '2026-11-28T10:30:00Z' }];
  const ownerObject = (
    kind: string,
    name: string,
    apiVersion: string,
    spec: Readonly<Record<string, unknown>>,
  ): KubeObject => ({
    apiVersion,
    kind,
    metadata: { name, namespace: 'default', generation: 7, resourceVersion: '1', annotations, managedFields },
    spec: { ...spec, ...owner.spec },
    status: { observedGeneration: owner.observed === false ? 6 : 7, conditions: (owner.said ?? []).map(condition) },
  });
  const machineTemplate = { spec: { version: newVersion, infrastructureRef: template } };
  const deployment = ownerObject('MachineDeployment', 'md', core, { replicas, template: machineTemplate });
  return {
    api: { core, controlPlane: 'controlplane.cluster.x-k8s.io/v1beta2' },
    cluster: clusterOf(paused),
    controlPlane: controlPlaneOf(
      ownerObject('KubeadmControlPlane', 'cp', 'controlplane.cluster.x-k8s.io/v1beta2', {
        replicas,
        version: newVersion,
        machineTemplate: { spec: { infrastructureRef: template } },
      }),
    ),
    deployments: [machineDeploymentOf(deployment)],
    sets: sets.map(({ name, template: from = 'new', version = newVersion }) =>
      machineSetOf({
        apiVersion: core,
        kind: 'MachineSet',
        metadata: { name, namespace: 'default', ownerReferences: [controller('MachineDeployment', 'md')] },
        spec: { template: { spec: { version, infrastructureRef: { ...template, name: from } } } },
      }),
    ),
    machines: machines.map((sketch) => machineOf(machineObject(sketch))),
    infrastructure: new Map(
      machines.map(({ name, isNew, clonedFrom, infrastructure = [] }) => [
        keyOf({ kind: 'VSphereMachine', name }),
        {
          ref: {
            apiVersion: 'infrastructure.cluster.x-k8s.io/v1beta2',
            kind: 'VSphereMachine',
            namespace: 'default',
            name,
          },
          uid: `${name}-vm`,
          annotations: {},
          kind: 'VSphereMachine',
          name,
          template: `/DC0/vm/spectro-templates/${isNew === true ? 'r_new' : 'r_old'}`,
          folder: undefined,
          clonedFrom: clonedFrom ?? (isNew === true ? 'new' : 'old'),
          conditions: conditionsOf({
            apiVersion: 'infrastructure.cluster.x-k8s.io/v1beta2',
            kind: 'VSphereMachine',
            metadata: { name },
            status: { conditions: infrastructure.map(condition) },
          }),
        },
      ]),
    ),
    deploymentObjects: [deployment],
    healthChecks: [],
  };
}

function machineObject({
  name,
  createdAt = '2026-11-28T10:00:00Z',
  set,
  isNew,
  version,
  deleting,
  kubelet,
  said,
  annotations,
  status,
}: MachineSketch): KubeObject {
  const made = version ?? (isNew === true ? newVersion : oldVersion);
  const node =
    kubelet === null ? {} : { nodeRef: { name: `node-${name}` }, nodeInfo: { kubeletVersion: kubelet ?? made } };
  const owner = set === undefined ? controller('KubeadmControlPlane', 'cp') : controller('MachineSet', set);
  return {
    apiVersion: core,
    kind: 'Machine',
    metadata: {
      name,
      namespace: 'default',
      uid: name,
      creationTimestamp: createdAt,
      deletionTimestamp: deleting,
      annotations,
      ownerReferences: [owner],
      labels: set === undefined ? { 'cluster.x-k8s.io/control-plane': '' } : {},
    },
    spec: {
      version: made,
      infrastructureRef: { apiGroup: 'infrastructure.cluster.x-k8s.io', kind: 'VSphereMachine', name },
    },
    status: { phase: 'Running', ...node, ...status, conditions: (said ?? ready).map(condition) },
  };
}

function clusterOf(paused: boolean): Cluster {
  const ref = { apiVersion: core, kind: 'Cluster', namespace: 'default', name: 'c1' };
  return {
    ref,
    namespace: 'default',
    name: 'c1',
    paused,
    controlPlane: undefined,
    resourceVersion: '1',
    topology: undefined,
    conditions: new Map(),
  };
}

function controller(kind: string, name: string) {
  return { apiVersion: core, kind, name, uid: name, controller: true };
}

function condition([type, status, reason = type, message = '', since = '2026-11-28T11:00:00Z']: Said): object {
  return { type, status, reason, message, lastTransitionTime: since };
}
